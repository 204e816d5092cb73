"""How large a request may be: 64 kB, and a file in it up to 20 MB, as the contract says.

A method that carries a file is measured without it; its file is measured as it was before Base64.
"""

from collections.abc import Mapping
from typing import Any

from komet.api.methods import Kind, Method

MAX_REQUEST = 64 * 1024
"""Bytes of a JSON body, or of a query string."""

MAX_FILE = 20 * 1024 * 1024
"""Bytes of one file."""

MAX_FILE_REQUEST = MAX_REQUEST + MAX_FILE * 4 // 3 + 4
"""Bytes of a body with one file in Base64."""


def file_parameters(spec: Method) -> frozenset[str]:
    """The parameters of a method that take the bytes of a file."""
    return frozenset(entry.name for entry in spec.sendable if entry.kind is Kind.BYTES)


def largest_body(spec: Method) -> int:
    """Bytes that the body of a method may have."""
    return MAX_FILE_REQUEST if file_parameters(spec) else MAX_REQUEST


def file_size(encoded: Any) -> int:
    """Bytes of a file, from its Base64 text."""
    text = str(encoded)
    return len(text) * 3 // 4 - text[-2:].count("=")


def oversize(
    spec: Method, members: Mapping[str, Any], *, length: int
) -> tuple[str | None, int] | None:
    """What is too large in a body: the file parameter (None: the request itself) and its bytes.

    `length` is that of the whole body on the wire, in bytes.
    """
    files = {name: members[name] for name in file_parameters(spec) if name in members}
    for name, encoded in files.items():
        if (size := file_size(encoded)) > MAX_FILE:
            return name, size
    rest = length - sum(len(str(encoded)) for encoded in files.values())
    return (None, rest) if rest > MAX_REQUEST else None
