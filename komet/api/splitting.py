"""A reading call whose list is too long for one request: several calls, and one answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from komet.api.methods import Method, Parameter
from komet.api.wire import wire


def parts(spec: Method, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls to make instead: one, unless a list is too long. A writing call is never split."""
    if spec.writes or spec.list_member is None:
        return [dict(params)]
    for entry in spec.sendable:
        value = params.get(entry.name)
        if isinstance(value, list | tuple) and len(chunks := _chunks(entry, value)) > 1:
            return [{**params, entry.name: chunk} for chunk in chunks]
    return [dict(params)]


def merged(spec: Method, answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first answer, with the rows of all. Members that are no rows are those of the first."""
    whole = dict(answers[0])
    if len(answers) > 1 and spec.list_member:
        lists = [answer.get(spec.list_member) or [] for answer in answers]
        whole[spec.list_member] = [row for rows in lists for row in rows]
    return whole


def _chunks(entry: Parameter, values: Sequence[Any]) -> list[list[Any]]:
    longest = entry.max_length if isinstance(entry.max_length, int) else None
    if entry.length_of_each or not entry.separator:
        longest = None
    chunks: list[list[Any]] = [[]]
    length = 0
    for value in values:
        more = len(wire(value)) + bool(chunks[-1])
        full = entry.most_items is not None and len(chunks[-1]) >= entry.most_items
        if chunks[-1] and (full or (longest is not None and length + more > longest)):
            chunks.append([])
            length, more = 0, len(wire(value))
        chunks[-1].append(value)
        length += more
    return chunks
