"""The backup of each day, made before the day's first download, and kept for some days."""

import logging
from datetime import date, timedelta
from pathlib import Path

import duckdb

from komet.backup.archive import make_backup
from komet.context import AppContext
from komet.errors import AppError

_log = logging.getLogger(__name__)
_NAME = "komet-{day}.zip"


def daily_backups(ctx: AppContext) -> dict[date, Path]:
    """The daily backups that are there, by the day (UTC) on which they were made."""
    found: dict[date, Path] = {}
    for path in ctx.settings.backups_path.glob(_NAME.format(day="*")):
        try:
            found[date.fromisoformat(path.stem.removeprefix("komet-"))] = path
        except ValueError:
            continue
    return found


def keep_daily_backup(ctx: AppContext) -> Path | None:
    """Make today's backup if there is none yet, and drop those that are too old.

    Returns the new file. `KOMET_BACKUP_DAYS` says how many days are kept; 0 makes and drops none.
    The key is not in it: it lies in the same folder anyhow. A backup that cannot be made is logged
    and stops nothing.
    """
    days, today = ctx.settings.backup_days, ctx.now().date()
    made = daily_backups(ctx)
    if not days or today in made or not ctx.db.path.exists():
        return None
    target = ctx.settings.backups_path / _NAME.format(day=today.isoformat())
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_backup(ctx, target)
        for day, path in made.items():
            if day <= today - timedelta(days=days):
                path.unlink(missing_ok=True)
    except (AppError, OSError, duckdb.Error) as error:
        _log.warning("the daily backup was not made: %s", error)
        return None
    return target
