"""From the bytes on the wire to those of the answer, a piece at a time, so that none can burst."""

import zlib
from collections.abc import Iterable, Iterator

from komet.api.errors import BadResponse
from komet.api.patience import Patience
from komet.language import _

ACCEPTED = "gzip, deflate"
"""What we ask for: zlib unpacks it piece by piece. Others (br, zstd) are not asked for."""

_PIECE = 64 * 1024
_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip"}


def unpacked(chunks: Iterable[bytes], coding: str, patience: Patience) -> bytes:
    """The whole body. `coding` is the answer's Content-Encoding.

    Raises `BadResponse` for one that is broken, too large or packed as we did not ask for,
    `Unavailable` when the time is up.
    """
    body = bytearray()
    for piece in _pieces(chunks, coding.strip().lower()):
        patience.unpacked(len(piece))
        body += piece
    return bytes(body)


def _pieces(chunks: Iterable[bytes], coding: str) -> Iterable[bytes]:
    if coding in _PLAIN:
        return chunks
    if coding in _GZIP:
        return _inflated(chunks, zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _inflated(chunks, None)
    raise BadResponse(
        _("Komet's answer is packed in a way that was not asked for ({coding}).").format(
            coding=coding[:40]
        )
    )


def _inflated(chunks: Iterable[bytes], window: int | None) -> Iterator[bytes]:
    """What deflate packed, at most `_PIECE` at a time; without a window, either kind of it."""
    unpacker = None
    for chunk in chunks:
        rest = chunk
        if unpacker is None and rest:
            # "deflate" should have zlib's two bytes of header; many a server leaves them out
            bare = window is None and rest[0] & 0x0F != 8
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS if bare else window or zlib.MAX_WBITS)
        while unpacker and rest and not unpacker.eof:
            try:
                piece = unpacker.decompress(rest, _PIECE)
            except zlib.error:
                raise _broken() from None
            # a piece may be empty: what was packed to nothing must be counted, too
            yield piece
            rest = unpacker.unconsumed_tail
    if unpacker and not unpacker.eof:
        raise _broken()


def _broken() -> BadResponse:
    return BadResponse(_("The connection broke before the whole answer came."))
