"""What every operation needs: the data file, the key to its secrets, the settings, the clock."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from komet.db.database import Connection, Database
from komet.db.vault import Vault
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import Actor, Permission, require
from komet.settings import Settings, settings


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class AppContext:
    """One installation. Cheap to make: nothing is opened until an operation needs it.

    `now` gives the present moment in UTC, and is a seam for tests.
    """

    settings: Settings
    db: Database
    vault: Vault
    now: Callable[[], datetime] = field(default=utc_now)

    def read(self) -> AbstractContextManager[Connection]:
        """One snapshot of the data file, for all queries of an operation. Raises `StoreError`."""
        return self.db.read()

    @contextmanager
    def write(self, actor: Actor, permission: Permission) -> Iterator[Connection]:
        """The one transaction of an operation, recorded under whoever acts.

        Raises `NotPermitted` before anything is opened, and `StoreError`.
        """
        self.authorize(actor, permission)
        with self.db.write(actor.name) as con:
            yield con

    def authorize(self, actor: Actor, permission: Permission) -> None:
        """Raise `NotPermitted` where the actor may not; for work that writes nothing of ours."""
        require(actor, permission)

    def for_screens(self) -> "AppContext":
        """The same context for the browser, whose turn at the data file comes first."""
        return replace(self, db=self.db.for_screens())

    def for_long_work(self) -> "AppContext":
        """The same context for work that nobody waits for.

        It waits for minutes for the data file, and fails where that is replaced or removed.
        """
        return replace(self, db=self.db.for_long_work(self.settings.unattended_wait))


def open_context(given: Settings | None = None) -> AppContext:
    """The installation that the environment names, or the one of the given settings.

    Raises `InvalidInput` where the settings, or the data folder that they name, cannot be used.
    """
    chosen = given or settings()
    _check_home(chosen.home)
    return AppContext(
        settings=chosen,
        db=Database(chosen.database_path, lock_wait=chosen.lock_wait),
        vault=Vault(chosen.key_path, chosen.secret_key),
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
