"""What a download did, in sentences that the screens and the command line share."""

from collections.abc import Sequence

from komet.language import _, _n

_NAMED = 10


def replaced_sentence(numbers: Sequence[str]) -> str:
    """That Komet's own orders took the place of imported ones, and of which (by their numbers)."""
    named = ", ".join(numbers[:_NAMED])
    if len(numbers) > _NAMED:
        named = _("{names} and {n} more").format(names=named, n=len(numbers) - _NAMED)
    return _n(
        "{n} imported PO replaced by Komet's own: {numbers}.",
        "{n} imported POs replaced by Komet's own: {numbers}.",
        len(numbers),
    ).format(n=len(numbers), numbers=named)
