"""The shell of an old workbook (.xls), looked over before the reader gets it.

It is a small file system of linked sectors. The reader follows the links without counting: a
damaged file whose chain runs in a circle would fill the memory of the whole app.
"""

import struct
from collections.abc import Iterator, Sequence

MARK = b"\xd0\xcf\x11\xe0"
_HEADER = 512
_LAST = 0xFFFFFFFA
"""From here on numbers are no sectors: end of a chain, free, part of the table itself."""
_ENTRY = 128
_ROOT = 5
_SMALL = 4096
_IN_HEADER = 109


class Damaged(ValueError):
    """A chain that leaves the file or runs in a circle."""


def stream_names(data: bytes) -> list[str]:
    """The names of the streams in the shell, all of whose chains end. Raises Damaged."""
    if len(data) < _HEADER:
        raise Damaged
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in {9, 12}:
        raise Damaged
    size = 1 << shift
    first_directory, _sign, _cutoff, first_mini, _minis, first_more = struct.unpack_from(
        "<6I", data, 48
    )
    tables = [at for at in struct.unpack_from(f"<{_IN_HEADER}I", data, 76) if at < _LAST]
    tables += _more_tables(data, size, first_more)
    links = [link for at in tables for link in _numbers(data, size, at)]
    minis = [link for at in _chain(first_mini, links) for link in _numbers(data, size, at)]
    directory = b"".join(_sector(data, size, at) for at in _chain(first_directory, links))
    names: list[str] = []
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        start, bytes_long = struct.unpack_from("<II", directory, at + 116)
        if kind in {2, _ROOT} and bytes_long:
            small = kind != _ROOT and bytes_long < _SMALL
            list(_chain(start, minis if small else links))
        name = directory[at : at + min(max(length - 2, 0), 62)]
        names.append(name.decode("utf-16-le", "replace"))
    return names


def _more_tables(data: bytes, size: int, first: int) -> list[int]:
    """Sectors of the table of links beyond those that the header lists, in a chain of their own."""
    tables: list[int] = []
    seen: set[int] = set()
    while first < _LAST:
        if first in seen:
            raise Damaged
        seen.add(first)
        *listed, first = _numbers(data, size, first)
        tables += [at for at in listed if at < _LAST]
    return tables


def _chain(first: int, links: Sequence[int]) -> Iterator[int]:
    steps = 0
    while first < _LAST:
        if first >= len(links) or steps > len(links):
            raise Damaged
        yield first
        first, steps = links[first], steps + 1


def _sector(data: bytes, size: int, at: int) -> bytes:
    begin = max(size, _HEADER) + at * size
    if begin >= len(data):
        raise Damaged
    return data[begin : begin + size].ljust(size, b"\x00")


def _numbers(data: bytes, size: int, at: int) -> tuple[int, ...]:
    return struct.unpack(f"<{size // 4}I", _sector(data, size, at))
