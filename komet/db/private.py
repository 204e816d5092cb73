"""Keeping the data folder and our files in it to their owner: folder 0700, files 0600.

By `chmod`, not by the umask, which belongs to all threads of a process. On Windows the folder of
the user's profile is private already, and modes say nothing.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

_OURS = ("komet.duckdb", "secret.key", "backup", "demo.xlsx")
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Make the folder if it is not there, and keep it to its owner. Raises `OSError`.

    A folder that holds other things than ours is left as it is: it may be somebody's home.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = list(folder.iterdir())
    ours = [entry for entry in found if entry.name.startswith(_OURS)]
    for entry in [folder, *ours] if len(ours) == len(found) else ours:
        tighten(entry)


def tighten(path: Path) -> None:
    """Take the rights of others away from a file or folder of ours, where it is there."""
    if os.name != "posix":
        return
    with suppress(OSError):  # somebody else's, or gone: not ours to change
        mode = path.lstat().st_mode
        if mode & _FOR_OTHERS and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~_FOR_OTHERS)


def tighten_all(data_file: Path) -> None:
    """The data file, and what lies beside it under its name."""
    for path in data_file.parent.glob(data_file.name + "*"):
        tighten(path)
