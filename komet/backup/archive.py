"""One backup: a zip file with a consistent copy of the data, a manifest and, if asked, the key.

The copy is made by DuckDB itself in one statement, so it holds one moment's data, whatever else is
at work. The manifest states the program's version, the schema, the time and the SHA-256 of each
member. One is made each day before the day's first download, and kept for some days.
"""

import hashlib
import json
import logging
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from komet import __version__
from komet.backup import table
from komet.context import AppContext
from komet.db import opening
from komet.db.migrate import steps
from komet.errors import AppError, InvalidInput
from komet.language import _
from komet.permissions import SYSTEM, Actor, Permission
from komet.replacing import replacing

_log = logging.getLogger(__name__)

DATA = "komet.duckdb"
KEY = "secret.key"
MANIFEST = "manifest.json"
_DAILY = "komet-{day}.zip"
_FORMAT = 1
_CHUNK = 1024 * 1024
_LARGEST_MANIFEST = 64 * 1024
UNREADABLE = (KeyError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What the zip module raises for a file that is cut, damaged, locked, or packed as ours is not."""


class Manifest(BaseModel):
    """What a backup says of itself. `sha256`: member → digest; `made_at` is in UTC."""

    model_config = ConfigDict(frozen=True)

    format: int
    program: str
    schema_version: int
    made_at: datetime
    sha256: dict[str, str]

    @property
    def with_key(self) -> bool:
        """Whether the key of the token secrets is in it."""
        return KEY in self.sha256


def make_backup(ctx: AppContext, actor: Actor, target: Path, *, with_key: bool = False) -> Manifest:
    """Write a backup to `target`, mode 0600, complete or not at all; an older file is replaced.

    Raises `InvalidInput` where it cannot be written, or where there is no key file to add,
    `StoreError` where the data file cannot be read, and `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.MAINTAIN)
    key = _key_of(ctx) if with_key else None
    with _draft(ctx) as copy:
        try:
            version = _copy_data(ctx, copy)
            with replacing(target) as part:
                return _pack(part, copy, key, version, ctx.now())
        except (OSError, duckdb.IOException) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error).split("\n")[0]
            raise InvalidInput(
                _("The backup {name} cannot be written.").format(name=target.name),
                reason or "",
                _("See that the folder is there and the disk has room, and try again."),
            ) from error


def read_manifest(archive: zipfile.ZipFile, name: str) -> Manifest:
    """The manifest of an open backup. Raises `InvalidInput` for a zip file that is none."""
    try:
        with archive.open(MANIFEST) as member:
            manifest = Manifest.model_validate_json(member.read(_LARGEST_MANIFEST))
    except (*UNREADABLE, ValidationError) as error:
        raise not_a_backup(name) from error
    if manifest.format != _FORMAT or manifest.schema_version > max(steps()):
        raise InvalidInput(
            _("The backup {name} is newer than this Komet Desk.").format(name=name),
            next_step=_("Update Komet Desk, and restore it then."),
        )
    if DATA not in manifest.sha256 or not set(manifest.sha256) <= {DATA, KEY}:
        raise not_a_backup(name)
    return manifest


def not_a_backup(name: str) -> InvalidInput:
    """The failure for any file that `make_backup` has not written, or that was cut."""
    return InvalidInput(
        _("{name} is not a backup of Komet Desk, or is damaged.").format(name=name),
        next_step=_("Choose another backup. Nothing was changed."),
    )


def unpack(archive: zipfile.ZipFile, member: str, target: Path, digest: str, name: str) -> None:
    """Write one member to `target`, mode 0600. Raises `InvalidInput` where its digest differs."""
    found = hashlib.sha256()
    try:
        with archive.open(member) as packed, private(target) as out:
            while chunk := packed.read(_CHUNK):
                found.update(chunk)
                out.write(chunk)
    except UNREADABLE as error:
        raise not_a_backup(name) from error
    if found.hexdigest() != digest:
        raise not_a_backup(name)


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that this user alone may read, open for writing."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _draft(ctx: AppContext) -> Iterator[Path]:
    """A place where DuckDB may write, for a copy that is not kept."""
    folder = opening.copies_folder(ctx.db.path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{uuid4().hex}.copy"
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(draft.name + ".wal").unlink(missing_ok=True)


def _copy_data(ctx: AppContext, copy: Path) -> int:
    """Copy the data as of one moment into a new DuckDB file; the version of its schema."""
    with ctx.read() as con:
        version = table.schema_version(con)
        source = str(con.value("SELECT current_database()"))
        # a transaction of its own: the one of `read` may not write, not even to another file
        copier = con.raw.cursor()
        place = str(copy).replace("'", "''")
        name = source.replace('"', '""')
        copier.execute(f"ATTACH '{place}' AS backup_copy")
        try:
            copier.execute(f'COPY FROM DATABASE "{name}" TO backup_copy')
            copier.execute("CHECKPOINT backup_copy")  # detaching leaves it in the log
        finally:
            copier.execute("DETACH backup_copy")
            copier.close()
    copy.chmod(0o600)
    return version


def _pack(part: Path, copy: Path, key: bytes | None, version: int, now: datetime) -> Manifest:
    digests: dict[str, str] = {}
    with private(part) as file, zipfile.ZipFile(
        file, "w", zipfile.ZIP_DEFLATED, compresslevel=1
    ) as archive:  # fmt: skip
        found = hashlib.sha256()
        with copy.open("rb") as data, archive.open(DATA, "w", force_zip64=True) as member:
            while chunk := data.read(_CHUNK):
                found.update(chunk)
                member.write(chunk)
        digests[DATA] = found.hexdigest()
        if key is not None:
            archive.writestr(KEY, key)
            digests[KEY] = hashlib.sha256(key).hexdigest()
        manifest = Manifest(
            format=_FORMAT,
            program=__version__,
            schema_version=version,
            made_at=now.astimezone(UTC),
            sha256=digests,
        )
        members: dict[str, Any] = manifest.model_dump(mode="json")
        archive.writestr(MANIFEST, json.dumps(members, indent=2))
    return manifest


def _key_of(ctx: AppContext) -> bytes:
    if ctx.settings.secret_key:
        raise InvalidInput(
            _("The key is in KOMET_SECRET_KEY, not in a file: a backup does not hold it."),
            next_step=_("Keep it where you keep passwords, and leave out --with-key."),
        )
    try:
        return ctx.settings.key_path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("There is no key file that can be read."),
            error.strerror or "",
            _("Leave out --with-key, or bring the key file back."),
        ) from error


def daily_backups(ctx: AppContext) -> dict[date, Path]:
    """The daily backups that are there, by the day (UTC) on which they were made."""
    found: dict[date, Path] = {}
    for path in ctx.settings.backups_path.glob(_DAILY.format(day="*")):
        try:
            found[date.fromisoformat(path.stem.removeprefix("komet-"))] = path
        except ValueError:
            continue
    return found


def keep_daily_backup(ctx: AppContext) -> Path | None:
    """Make today's backup if there is none yet, and drop those that are too old.

    Returns the new file. `KOMET_BACKUP_DAYS` says how many days are kept; 0 makes and drops none.
    The key is not in it: it lies in the same folder anyhow. A backup that cannot be made is logged
    and stops nothing. The program makes it itself, whoever is at work.
    """
    days, today = ctx.settings.backup_days, ctx.now().date()
    made = daily_backups(ctx)
    if not days or today in made or not ctx.db.path.exists():
        return None
    target = ctx.settings.backups_path / _DAILY.format(day=today.isoformat())
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_backup(ctx, SYSTEM, target)
        for day, path in made.items():
            if day <= today - timedelta(days=days):
                path.unlink(missing_ok=True)
    except (AppError, OSError, duckdb.Error) as error:
        _log.warning("the daily backup was not made: %s", error)
        return None
    return target
