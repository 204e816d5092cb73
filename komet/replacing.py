"""A file that is replaced whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a path beside ``target``; move it onto ``target`` if the block succeeds.

    Whatever interrupts the block, an earlier ``target`` stays as it was and the
    temporary file is removed (a killed process can leave a hidden ``.part`` file,
    never a half ``target``). Raises ``OSError`` if the folder cannot be written.
    """
    # A plain name instead of mkstemp: the result gets the permissions of the umask.
    part = target.with_name(f".{uuid4().hex}.part")
    try:
        yield part
        os.replace(part, target)  # noqa: PTH105 - the atomic call, by its known name
    finally:
        part.unlink(missing_ok=True)
