"""What every operation needs: the data file, the key to its secrets, the settings, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from komet.settings import Settings, settings
from komet.store.database import Database
from komet.store.secret_box import SecretBox


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """One installation. Cheap to make; nothing is opened until an operation needs it."""

    settings: Settings
    db: Database
    box: SecretBox
    now: Callable[[], datetime] = field(default=utc_now)


def open_desk(given: Settings | None = None) -> Desk:
    """The installation that the environment names, or the one of the given settings."""
    chosen = given or settings()
    return Desk(
        settings=chosen,
        db=Database(chosen.database_path, lock_wait=chosen.lock_wait),
        box=SecretBox(chosen.key_path, chosen.secret_key),
    )
