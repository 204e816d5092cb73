"""The kinds of writes that the outbox can send: a file a noun, a row a kind."""

from komet.dispatch.kinds import boxes, invoices, lines, orders, stock
from komet.dispatch.kinds.kind import Kind
from komet.dispatch.model import WriteKind

_EVERY = (*lines.KINDS, *boxes.KINDS, *invoices.KINDS, *orders.KINDS, *stock.KINDS)
KINDS: dict[WriteKind, Kind] = {kind.name: kind for kind in _EVERY}
