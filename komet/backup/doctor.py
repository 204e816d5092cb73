"""The check of an installation: file, schema, data, sums, key, modes, room, backups."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from komet.backup import table
from komet.backup.archive import daily_backups
from komet.context import AppContext
from komet.db import process
from komet.db.database import Connection
from komet.db.errors import AlteredFile, WrongKey
from komet.errors import AppError
from komet.language import _, _later, _n
from komet.permissions import Actor, Permission

_LEAST_FREE = 200_000_000
_OLDEST_BACKUP = timedelta(days=3)
_NAMED = 3
_ODD = {
    "sending_unasked": _later("being sent without a request"),
    "sending": _later("being sent by a process that has ended"),
    "sent_unasked": _later("sent without a request"),
    "unsettled": _later("ended at no known time"),
    "open_twice": _later("open twice on one target"),
    "shipped_twice": _later("shipped twice"),
    "without_batch": _later("of no batch"),
    "without_file": _later("without the file that goes with it"),
}
"""What cannot be of a write in the outbox, see `table.odd_writes`."""


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether all is well, what was found, and what to do where it is not."""

    check: str
    ok: bool
    message: str
    next_step: str = ""


def check_health(ctx: AppContext, actor: Actor) -> list[Finding]:
    """Every check, in order; those of the data are left out where the file does not open.

    Nothing is repaired and no key is made. A data file of an older schema is brought up to date, as
    by any other command. Raises `NotPermitted`.
    """
    ctx.authorize(actor, Permission.MAINTAIN)
    found = [*_folder(ctx)]
    if not ctx.db.path.exists():
        found.append(
            Finding("file", True, _("There is no data file yet: nothing was kept so far."))
        )
    else:
        found += _data(ctx)
    return [*found, *_room(ctx), *_backups(ctx)]


def _folder(ctx: AppContext) -> Iterator[Finding]:
    home = ctx.settings.home.expanduser()
    if os.name != "posix" or not home.is_dir():
        return
    private = [home, *(path for path in _files(ctx) if path.exists())]
    open_ones = [path.name for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_ones:
        yield Finding(
            "modes",
            False,
            _("Other users of this computer may open: {names}.").format(names=", ".join(open_ones)),
            _("Set their modes to 0700 (folders) and 0600 (files): chmod -R go= {path}").format(
                path=home
            ),
        )
    else:
        yield Finding("modes", True, _("Only this user may open the data folder and its files."))


def _files(ctx: AppContext) -> Iterator[Path]:
    yield ctx.db.path
    yield ctx.db.path.with_name(ctx.db.path.name + ".wal")
    yield ctx.settings.key_path
    yield ctx.settings.backups_path
    yield from daily_backups(ctx).values()


def _data(ctx: AppContext) -> Iterator[Finding]:
    restore = _("Restore a backup: `komet restore FILE`. The daily ones are in {folder}.").format(
        folder=ctx.settings.backups_path
    )
    try:
        with ctx.read() as con:
            yield Finding("file", True, _("The data file opens."))
            missing = list(table.missing(con))
            if missing:
                yield Finding(
                    "schema",
                    False,
                    _("The data file lacks {names}.").format(names=", ".join(missing)),
                    restore,
                )
                return
            yield Finding("schema", True, _("The schema is complete (version {version}).").format(
                version=table.schema_version(con)))  # fmt: skip
            yield _readable(con, restore)
            yield _sums(con)
            yield _outbox(con)
            yield _key(ctx, con)
    except AlteredFile as error:
        yield Finding("schema", False, error.reason, restore)
    except AppError as error:
        yield Finding("file", False, f"{error.title} {error.reason}".strip(), error.next_step)
    except duckdb.Error as error:
        # the first line only: the rest repeats the statement
        yield Finding("data", False, _("The data file is damaged: {reason}").format(
            reason=str(error).split("\n")[0]), restore)  # fmt: skip


def _readable(con: Connection, restore: str) -> Finding:
    """Read every value once: a damaged block shows only when it is read."""
    rows = 0
    for name in table.names(con):
        try:
            rows += table.read_through(con, name)
        except duckdb.Error:
            return Finding(
                "data", False, _("Table {name} cannot be read.").format(name=name), restore
            )
    return Finding("data", True, _("All {n:,} rows can be read.").format(n=rows))


def _sums(con: Connection) -> Finding:
    """Items, boxes, stems and cost of every line and every day, against the order items."""
    lines, wrong, wrong_days = table.recount(con)
    if wrong_days and not wrong:
        return Finding(
            "sums",
            False,
            _n(
                "The sums of {n} day do not agree with its order items.",
                "The sums of {n} days do not agree with their order items.",
                wrong_days,
            ).format(n=wrong_days),
            _("Download their days again; if it stays so, restore a backup."),
        )
    if wrong:
        return Finding(
            "sums",
            False,
            _n(
                "{n} line does not agree with its order items.",
                "{n} lines do not agree with their order items.",
                wrong,
            ).format(n=wrong),
            _("Download their days again; if it stays so, restore a backup."),
        )
    return Finding("sums", True, _n(
        "Boxes, stems and cost of {n:,} line agree with its order items.",
        "Boxes, stems and cost of {n:,} lines agree with their order items.",
        lines,
    ).format(n=lines))  # fmt: skip


def _outbox(con: Connection) -> Finding:
    """What cannot be of the writes to Komet: a write is sent by one request, and once."""
    found = [
        odd
        for odd in table.odd_writes(con)
        if odd.what != "sending" or process.is_alive(odd.process) is False
    ]
    if not found:
        return Finding("outbox", True, _("The writes to Komet are in order."))
    named = [
        f"{odd.kind} {odd.po_number or odd.target}: {_(_ODD[odd.what])}" for odd in found[:_NAMED]
    ]
    if len(found) > _NAMED:
        named.append(_("and {n} more").format(n=len(found) - _NAMED))
    return Finding(
        "outbox",
        False,
        _("The outbox has writes that cannot be so: {named}.").format(named="; ".join(named)),
        _("What was being sent is read back by `komet dispatch resolve`. For the rest, look at the"
          " POs in Komet before anything is sent anew, and tell whoever looks after Komet Desk."),
    )  # fmt: skip


def _key(ctx: AppContext, con: Connection) -> Finding:
    sealed = table.sealed_tokens(con)
    if not sealed:
        return Finding("key", True, _("No token is kept: no key is needed."))
    again = _("Bring the old key back, or enter the secrets of these tokens again.")
    if not ctx.settings.secret_key and not ctx.settings.key_path.is_file():
        return Finding("key", False, _("The key file {name} is missing.").format(
            name=ctx.settings.key_path.name), again)  # fmt: skip
    lost = []
    for token in sealed:
        try:
            ctx.vault.open(token.text)
        except WrongKey:
            lost.append(token.label)
    if lost:
        return Finding("key", False, _("The key does not fit: {labels}.").format(
            labels=", ".join(lost)), again)  # fmt: skip
    return Finding("key", True, _n(
        "The key fits {n} token.", "The key fits all {n} tokens.", len(sealed)
    ).format(n=len(sealed)))  # fmt: skip


def _room(ctx: AppContext) -> Iterator[Finding]:
    folder = ctx.settings.home.expanduser()
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    size = ctx.db.path.stat().st_size if ctx.db.path.exists() else 0
    ok = free >= max(_LEAST_FREE, 2 * size)
    yield Finding(
        "room",
        ok,
        _("{free:,} MB are free on the disk of the data folder.").format(free=free // 1_000_000),
        "" if ok else _("Make room: a download or a backup may fail."),
    )


def _backups(ctx: AppContext) -> Iterator[Finding]:
    made = daily_backups(ctx)
    newest = max(made, default=None)
    today = ctx.now().date()
    if not ctx.settings.backup_days:
        yield Finding(
            "backups", True, _("Daily backups are switched off (KOMET_BACKUP_DAYS is 0).")
        )
    elif newest is None:
        aged = ctx.db.path.exists() and (
            ctx.now().timestamp() - _born(ctx) > _OLDEST_BACKUP.total_seconds()
        )
        yield Finding(
            "backups",
            not aged,
            _("There is no daily backup yet."),
            _("Start the app or a download, or run `komet backup FILE`.") if aged else "",
        )
    else:
        ok = today - newest <= _OLDEST_BACKUP
        yield Finding(
            "backups",
            ok,
            _("The newest daily backup is of {day}; there are {n}.").format(
                day=newest, n=len(made)
            ),
            "" if ok else _("Start the app or a download, or run `komet backup FILE`."),
        )


def _born(ctx: AppContext) -> float:
    """When the data file was begun: its first migration tells it; now where it does not open."""
    try:
        with ctx.read() as con:
            first = table.begun_at(con)
    except (AppError, duckdb.Error):
        return ctx.now().timestamp()
    return first.timestamp() if first else ctx.now().timestamp()
