"""The check of an installation: file, schema, data, sums, key, modes, room, backups.

Sums are counted anew from lines and breakdowns, in SQL of their own: nothing here reuses the
formulas that filled the table of order items.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from komet.backup.archive import daily_backups
from komet.context import AppContext
from komet.db.database import Connection
from komet.db.errors import AlteredFile, WrongKey
from komet.db.migrate import migrate, steps
from komet.errors import AppError
from komet.language import _, _n

_LEAST_FREE = 200_000_000
_OLDEST_BACKUP = timedelta(days=3)


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether all is well, what was found, and what to do where it is not."""

    check: str
    ok: bool
    message: str
    next_step: str = ""


def examine(ctx: AppContext) -> list[Finding]:
    """Every check, in order; those of the data are left out where the file does not open.

    Nothing is repaired and no key is made. A data file of an older schema is brought up to date, as
    by any other command.
    """
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
        with ctx.db.read() as con:
            yield Finding("file", True, _("The data file opens."))
            missing = list(_missing(con))
            if missing:
                yield Finding(
                    "schema",
                    False,
                    _("The data file lacks {names}.").format(names=", ".join(missing)),
                    restore,
                )
                return
            yield Finding("schema", True, _("The schema is complete (version {version}).").format(
                version=max(steps())))  # fmt: skip
            yield _readable(con, restore)
            yield _sums(con)
            yield _key(ctx, con)
    except AlteredFile as error:
        yield Finding("schema", False, error.reason, restore)
    except AppError as error:
        yield Finding("file", False, f"{error.title} {error.reason}".strip(), error.next_step)
    except duckdb.Error as error:
        # the first line only: the rest repeats the statement
        yield Finding("data", False, _("The data file is damaged: {reason}").format(
            reason=str(error).split("\n")[0]), restore)  # fmt: skip


def _missing(con: Connection) -> Iterator[str]:
    """Tables, columns and migrations that a fresh file of this program has and this one lacks."""
    columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    with duckdb.connect(":memory:") as fresh:
        migrate(fresh)
        wanted = set(fresh.execute(columns).fetchall())
    held = {(row["table_name"], row["column_name"]) for row in con.rows(columns)}
    tables = {table for table, _column in held}
    for table in sorted({table for table, _column in wanted} - tables):
        yield _("table {name}").format(name=table)
    for table, column in sorted(wanted - held):
        if table in tables:
            yield _("column {table}.{name}").format(table=table, name=column)
    applied = {row["version"] for row in con.rows("SELECT version FROM schema_migrations")}
    for version in sorted(steps().keys() - applied):
        yield _("migration {version}").format(version=version)


def _readable(con: Connection, restore: str) -> Finding:
    """Read every value once: a damaged block shows only when it is read."""
    rows = 0
    for row in con.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal"):
        try:
            found = con.rows(f'SELECT count(*) AS n, bit_xor(hash(t)) FROM "{row["name"]}" t')
        except duckdb.Error:
            return Finding(
                "data", False, _("Table {name} cannot be read.").format(name=row["name"]), restore
            )
        rows += int(found[0]["n"])
    return Finding("data", True, _("All {n:,} rows can be read.").format(n=rows))


_RECOUNT = """
WITH parts AS (
  SELECT b.provider_id, b.po_id, b.po_item_id, count(*) AS parts,
    sum(l.total_boxes::DOUBLE * b.bunches * b.stems_bunch) AS stems
  FROM po_breakdowns b JOIN po_lines l USING (provider_id, po_id, po_item_id) GROUP BY ALL
), wanted AS (
  SELECT l.provider_id, l.po_id, l.po_item_id, coalesce(p.parts, 1) AS items,
    l.total_boxes::DOUBLE AS boxes, l.total_cost::DOUBLE AS cost,
    CASE WHEN p.parts IS NOT NULL THEN p.stems
      ELSE coalesce(l.total_boxes::DOUBLE * l.bunches * l.stems_bunch,
        CASE WHEN l.unit_type ILIKE 'stem%' THEN l.total_units::DOUBLE END) END AS stems
  FROM po_lines l LEFT JOIN parts p USING (provider_id, po_id, po_item_id)
), held AS (
  SELECT provider_id, po_id, po_item_id, count(*) AS items,
    arg_min(boxes, item_no)::DOUBLE AS boxes, arg_min(total_cost, item_no)::DOUBLE AS cost,
    sum(stems)::DOUBLE AS stems
  FROM order_items GROUP BY ALL
), compared AS (
  SELECT w.items IS NULL OR h.items IS NULL OR w.items <> h.items
    OR abs(coalesce(w.boxes, 0) - coalesce(h.boxes, 0)) > 0.001
    OR abs(coalesce(w.cost, 0) - coalesce(h.cost, 0)) > 0.001
    OR abs(coalesce(w.stems, 0) - coalesce(h.stems, 0)) > 0.5 AS wrong
  FROM wanted w FULL JOIN held h USING (provider_id, po_id, po_item_id)
)
SELECT count(*) AS lines, count(*) FILTER (wrong) AS wrong FROM compared
"""
_ORPHANS = """
SELECT (SELECT count(*) FROM po_lines l ANTI JOIN purchase_orders o USING (provider_id, po_id))
  + (SELECT count(*) FROM po_breakdowns b
     ANTI JOIN po_lines l USING (provider_id, po_id, po_item_id)) AS n
"""


def _sums(con: Connection) -> Finding:
    """Items, boxes, stems and cost of every line, against its order items."""
    counted = con.rows(_RECOUNT)[0]
    orphans = int(con.value(_ORPHANS))
    wrong = int(counted["wrong"]) + orphans
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
        int(counted["lines"]),
    ).format(n=int(counted["lines"])))  # fmt: skip


def _key(ctx: AppContext, con: Connection) -> Finding:
    sealed = con.rows(
        "SELECT label, secret_ciphertext AS text FROM tokens"
        " WHERE secret_ciphertext IS NOT NULL ORDER BY lower(label)"
    )
    if not sealed:
        return Finding("key", True, _("No token is kept: no key is needed."))
    again = _("Bring the old key back, or enter the secrets of these tokens again.")
    if not ctx.settings.secret_key and not ctx.settings.key_path.is_file():
        return Finding("key", False, _("The key file {name} is missing.").format(
            name=ctx.settings.key_path.name), again)  # fmt: skip
    lost = []
    for row in sealed:
        try:
            ctx.vault.open(row["text"])
        except WrongKey:
            lost.append(row["label"])
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
        with ctx.db.read() as con:
            first = con.value("SELECT min(applied_at) FROM schema_migrations")
    except (AppError, duckdb.Error):
        return ctx.now().timestamp()
    return float(first.timestamp()) if first else ctx.now().timestamp()
