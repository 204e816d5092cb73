"""Bringing a backup back: checked whole before anything is replaced, and what was there is kept."""

import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb

from komet.backup import table
from komet.backup.archive import (
    DATA,
    KEY,
    UNREADABLE,
    Manifest,
    not_a_backup,
    read_manifest,
    unpack,
)
from komet.context import AppContext
from komet.db import audit, opening
from komet.db.database import Connection
from komet.db.errors import DamagedFile, WrongKey
from komet.db.migrate import migrate
from komet.db.vault import Vault
from komet.db.versions import renew_all
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import Actor, Permission


@dataclass(frozen=True)
class Restored:
    """What came back, the files that were kept aside, and whether the key fits the secrets."""

    manifest: Manifest
    kept: tuple[Path, ...]
    key_fits: bool


def restore_backup(ctx: AppContext, actor: Actor, file: Path) -> Restored:
    """Put the data of a backup, and its key if it has one, in the place of what is there.

    The backup is unpacked beside the data file, its digests are compared, it is opened and brought
    to the present schema; only then is it moved into place in one step, while no other process has
    the data file. What was there is kept beside it. Raises `InvalidInput` for a file that is no
    sound backup, `FileInUse` where another process keeps the data file for too long, and
    `NotPermitted`; nothing is changed then. The one audit row is written into the data that comes
    back.
    """
    ctx.authorize(actor, Permission.MAINTAIN)
    home = ctx.db.path.parent
    mark = uuid4().hex
    data, key = home / f".{mark}.data", home / f".{mark}.key"
    try:
        opening.make_folder(home)
        manifest = _unpacked(file, data, key)
        _prepare(ctx, actor, data, file)
        fits = _key_fits(ctx, data, key if manifest.with_key else None)
        kept = _put_in_place(ctx, data, key if manifest.with_key else None)
        return Restored(manifest, kept, fits)
    except OSError as error:
        raise InvalidInput(
            _("{name} could not be restored.").format(name=file.name), error.strerror or ""
        ) from error
    finally:
        for left in (data, data.with_name(data.name + ".wal"), key):
            left.unlink(missing_ok=True)


def _unpacked(file: Path, data: Path, key: Path) -> Manifest:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = read_manifest(archive, file.name)
            _check_room(archive.getinfo(DATA).file_size, data.parent)
            unpack(archive, DATA, data, manifest.sha256[DATA], file.name)
            if manifest.with_key:
                unpack(archive, KEY, key, manifest.sha256[KEY], file.name)
            return manifest
    except UNREADABLE as error:
        raise not_a_backup(file.name) from error


def _check_room(needed: int, folder: Path) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise InvalidInput(
            _("The disk has no room for the backup: it needs {n:,} MB.").format(
                n=-(-needed // 1_000_000)
            ),
            next_step=_("Make room, and restore it then. Nothing was changed."),
        )


def _prepare(ctx: AppContext, actor: Actor, data: Path, file: Path) -> None:
    """Open the unpacked data, bring it to the present schema, and record what is done with it."""
    try:
        with duckdb.connect(str(data)) as raw:
            raw.execute("SET GLOBAL TimeZone = 'UTC'")
            migrate(raw)
            raw.execute("BEGIN TRANSACTION")
            audit.record(Connection(raw, actor.name), "backup restored", file.name, ctx.now())
            renew_all(raw)
            raw.execute("COMMIT")
            raw.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise not_a_backup(file.name) from error


def _key_fits(ctx: AppContext, data: Path, key: Path | None) -> bool:
    with duckdb.connect(str(data), read_only=True) as raw:
        sealed = table.sealed_tokens(Connection(raw))
    path = key or ctx.settings.key_path
    if not sealed:
        return True
    if not ctx.settings.secret_key and not path.is_file():
        return False
    vault = Vault(path, ctx.settings.secret_key)
    try:
        for token in sealed:
            vault.open(token.text)
    except WrongKey:
        return False
    return True


def _put_in_place(ctx: AppContext, data: Path, key: Path | None) -> tuple[Path, ...]:
    if not ctx.db.path.exists():
        return _moved(ctx, data, key)
    try:
        # who reads has the file for this process alone: no other can open it meanwhile
        with ctx.read() as con:
            con.raw.cursor().execute("CHECKPOINT")
            return _moved(ctx, data, key)
    except DamagedFile:
        return _moved(ctx, data, key)


def _moved(ctx: AppContext, data: Path, key: Path | None) -> tuple[Path, ...]:
    stamp = f"{ctx.now():%Y%m%d-%H%M%S}"
    present, kept = ctx.db.path, []
    wal = present.with_name(present.name + ".wal")
    pairs: list[tuple[Path, Path]] = []
    if key is not None and (
        not ctx.settings.key_path.exists() or ctx.settings.key_path.read_bytes() != key.read_bytes()
    ):
        pairs.append((key, ctx.settings.key_path))
    pairs.append((data, present))
    for _new, place in pairs:
        if place.exists():
            aside = place.with_name(f"{place.name}.replaced-{stamp}")
            # a second name, not a move: at no moment is there no data file
            os.link(place, aside)
            aside.chmod(0o600)
            kept.append(aside)
    # from here on only names change: the log leaves its file at the last moment
    if wal.exists():
        aside = wal.with_name(f"{present.name}.replaced-{stamp}.wal")
        os.replace(wal, aside)  # noqa: PTH105 - the atomic call, by its known name
        kept.append(aside)
    for new, place in pairs:
        os.replace(new, place)  # noqa: PTH105
    return tuple(kept)
