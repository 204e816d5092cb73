"""What every operation needs: the data file, the key to its secrets, the settings, the clock."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from komet.db.database import Database
from komet.db.vault import SecretBox
from komet.errors import InvalidInput
from komet.language import _
from komet.settings import Settings, settings


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

    def for_screens(self) -> "Desk":
        """The same, for the browser: its turn at the data file comes first."""
        return replace(self, db=self.db.for_screens())

    def for_long_work(self) -> "Desk":
        """The same, for work that nobody sits before.

        It waits for minutes for the data file, and fails where that is replaced or removed.
        """
        return replace(self, db=self.db.for_long_work(self.settings.unattended_wait))


def open_desk(given: Settings | None = None) -> Desk:
    """The installation that the environment names, or the one of the given settings.

    Raises `InvalidInput` where the settings, or the data folder that they name, cannot be used.
    """
    chosen = given or settings()
    _check_home(chosen.home)
    return Desk(
        settings=chosen,
        db=Database(chosen.database_path, lock_wait=chosen.lock_wait),
        box=SecretBox(chosen.key_path, chosen.secret_key),
    )


def _check_home(home: Path) -> None:
    """Refuse a data folder that is a file, lies in one, or may not be written."""
    next_step = _("Set KOMET_HOME to a folder, or leave it out.")
    for place in (home := home.expanduser().absolute(), *home.parents):
        try:
            kind = place.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise InvalidInput(
                _("The data folder {path} cannot be used.").format(path=home),
                f"{error.strerror}.",
                next_step,
            ) from error
        if not stat.S_ISDIR(kind):
            raise InvalidInput(
                _("The data folder {path} cannot be used.").format(path=home),
                _("{path} is a file.").format(path=place),
                next_step,
            )
        if not os.access(place, os.W_OK | os.X_OK):
            raise InvalidInput(
                _("The data folder {path} cannot be used.").format(path=home),
                _("This user may not write in {path}.").format(path=place),
                next_step,
            )
        return
