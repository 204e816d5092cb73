"""Opening the DuckDB file safely, keeping it private, and turning its failures into messages.

The file holds everything, and SQL is code: no statement may read or write another file, fetch an
extension or change this. (https://duckdb.org/docs/stable/operations_manual/securing_duckdb)

The data folder has mode 0700, our files in it 0600: by `chmod`, not by the umask, which belongs to
all threads of a process. On Windows the folder of the user's profile is private already.
"""

import errno
import os
import re
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

import duckdb

from komet.db.errors import (
    AlteredFile,
    DamagedFile,
    DiskFull,
    FileInUse,
    FileReplaced,
    StoreError,
    UnusableFile,
)
from komet.language import _
from komet.unneeded import is_left_out

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
# closing writes a checkpoint only when the lease asks for one
_SETTINGS = """
SET GLOBAL TimeZone = 'UTC';
SET enable_progress_bar = false;
PRAGMA disable_checkpoint_on_shutdown;
SET memory_limit = '{megabytes}MB';
SET allowed_directories = ['{copies}'];
SET enable_external_access = false;
SET lock_configuration = true;
"""
_LEAST_MEGABYTES, _MEGABYTES_A_THREAD = 384, 128
"""A million order lines are searched in as much; DuckDB advises 125 MB a thread."""
_UNITS = {
    "bytes": 1e-6,
    "KiB": 1.024e-3,
    "MiB": 1.048576,
    "GiB": 1073.741824,
    "TiB": 1099511.627776,
}
# as DuckDB words it on POSIX, and on Windows
_IN_USE = re.compile(r"Could not set lock on file|being used by another process|already open in")
_HOLDER = re.compile(r"PID (\d+)")
_DISK_FULL = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT))
_NO_ACCESS = tuple(os.strerror(code) for code in (errno.EACCES, errno.EPERM, errno.EROFS))
_OUR_NAMES = ("komet.duckdb", "secret.key", "backup", "demo.xlsx")
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_INVALIDATED = "database has been invalidated"


@cache
def warm_up() -> None:
    """Let DuckDB import what it needs for parameters and results, before we have the file.

    The first parameters import pandas and numpy: half a second, for which nobody else should have
    to wait. Where this process has left them out (`komet.unneeded`), nothing is worth it.
    """
    if is_left_out("pandas"):
        return
    with duckdb.connect(":memory:") as instance:
        instance.execute("SELECT $text", {"text": ""}).pl()


def copies_folder(path: Path) -> Path:
    """The one folder that statements reach: where copies of the data are made for a backup."""
    return path.with_name(path.name + ".copies")


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """The file, opened for this process. Raises `duckdb.Error`."""
    instance = duckdb.connect(str(path), config=_CONFIG)
    copies = str(copies_folder(path)).replace("'", "''")
    instance.execute(_SETTINGS.format(copies=copies, megabytes=_megabytes(instance)))
    return instance


def _megabytes(instance: duckdb.DuckDBPyConnection) -> int:
    """How much memory DuckDB may keep: beyond it, it writes to files beside the data file.

    By itself it takes four fifths of the computer's, and keeps what it once had.
    """
    ((threads, usual),) = instance.execute(
        "SELECT current_setting('threads'), current_setting('memory_limit')"
    ).fetchall()
    number, unit = usual.split()
    most = float(number) * _UNITS.get(unit, 1e6)
    return int(min(most, max(_LEAST_MEGABYTES, threads * _MEGABYTES_A_THREAD)))


def is_in_use(error: duckdb.Error) -> bool:
    """Whether DuckDB says that another process has the file, and nothing else."""
    return isinstance(error, duckdb.IOException) and bool(_IN_USE.search(str(error)))


def is_fatal(error: BaseException) -> bool:
    """Whether the opened instance is of no use any more."""
    return isinstance(error, (duckdb.FatalException, duckdb.InternalException)) or (
        isinstance(error, duckdb.Error) and _INVALIDATED in str(error)
    )


def is_of_the_file(error: duckdb.Error) -> bool:
    """Whether a failure comes from the file or its disk, not from a statement of ours."""
    if isinstance(error, (duckdb.IOException, duckdb.SerializationException)):
        return True
    return is_fatal(error) or any(reason in str(error) for reason in _DISK_FULL)


def in_use(path: Path, error: duckdb.Error, waited: float) -> FileInUse:
    """The error of a file in use: who has it, and how long we `waited` (seconds)."""
    found = _HOLDER.search(str(error))
    holder = _("process {pid}").format(pid=found.group(1)) if found else _("another process")
    return FileInUse(
        _("The data file is in use by {holder}.").format(holder=holder),
        _("Waited {seconds:.0f} s for {path}.").format(seconds=waited, path=path.name),
        _("Try again in a moment, or close the other program."),
    )


def store_error(path: Path, error: duckdb.Error | OSError, *, opening: bool = False) -> StoreError:
    """What a failure of the file means, and what to do. `opening`: it could not be opened."""
    text = str(error)
    if any(reason in text for reason in _DISK_FULL):
        return DiskFull(
            _("The disk is full: {path} could not be written.").format(path=path.name),
            _("What was committed before is there; this change is not."),
            _("Make room on the disk of the data folder, then do it again."),
        )
    if path.is_dir():
        return UnusableFile(
            _("The data file {path} cannot be opened.").format(path=path.name),
            _("In its place there is a folder."),
            _("Move it away, or set KOMET_HOME to another folder."),
        )
    if opening and (isinstance(error, OSError) or any(reason in text for reason in _NO_ACCESS)):
        reason = (isinstance(error, OSError) and error.strerror) or _(
            "This user may not read and write it, or its folder."
        )
        return UnusableFile(
            _("The data file {path} cannot be opened.").format(path=path),
            reason,
            _("Give this user the right to it, or set KOMET_HOME to another folder."),
        )
    title = (
        _("The data file {path} cannot be opened.")
        if opening
        else _("The data file {path} could not be read or written.")
    )
    return DamagedFile(
        title.format(path=path.name),
        _("It is damaged, or no data file of Komet Desk."),
        _("`komet restore` brings a backup back; `komet doctor` checks the file."),
    )


def altered(path: Path, missing: list[str]) -> AlteredFile:
    """The file has lost tables or columns that this program had made in it."""
    shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
    return AlteredFile(
        _("The data file {path} was altered by another program.").format(path=path.name),
        _("Missing in it: {missing}.").format(missing=shown),
        _("`komet restore` brings a backup back; `komet doctor` checks the file."),
    )


def removed(path: Path) -> FileReplaced:
    """The file was there, and is not there any more."""
    return FileReplaced(
        _("The data file {path} was removed while Komet Desk was at work.").format(path=path.name),
        _("Nothing more was written."),
        _("Put it back, or bring back a backup with `komet restore`; then start Komet Desk again."),
    )


def replaced(path: Path) -> FileReplaced:
    """Another file lies in its place."""
    return FileReplaced(
        _("The data file {path} was replaced while Komet Desk was at work.").format(path=path.name),
        _("Nothing more was written."),
        _("Do it again: it then works on the new file."),
    )


def make_folder(folder: Path) -> None:
    """Make the folder if it is not there, and make it private. Raises `OSError`.

    A folder that holds other things than ours is left as it is: it may be somebody's home.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = list(folder.iterdir())
    ours = [entry for entry in found if entry.name.startswith(_OUR_NAMES)]
    for entry in [folder, *ours] if len(ours) == len(found) else ours:
        make_private(entry)


def make_private(path: Path) -> None:
    """Take the rights of others away from a file or folder of ours, where it is there."""
    if os.name != "posix":
        return
    with suppress(OSError):  # somebody else's, or gone: not ours to change
        mode = path.lstat().st_mode
        if mode & _FOR_OTHERS and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~_FOR_OTHERS)


def make_all_private(data_file: Path) -> None:
    """Make the data file private, and the files beside it that begin with its name."""
    for path in data_file.parent.glob(data_file.name + "*"):
        make_private(path)
