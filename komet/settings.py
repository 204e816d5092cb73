"""Settings from the environment, prefix `KOMET_`. Each is documented in README.md."""

import getpass
import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from komet.errors import InvalidInput
from komet.language import _, languages
from komet.time_zone import zone_of

_PREFIX = "KOMET_"
_LONGEST_WAIT = 3600
"""Seconds: a wait that is longer than an hour is a slip of the keyboard."""


class Settings(BaseModel):
    """One frozen object; `settings()` reads it once a process.

    Without pydantic-settings, whose import takes as long as pydantic's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=lambda: user_data_path("komet-desk", appauthor=False),
        description="The data folder: the DuckDB file and the key file live in it.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged to standard error."
    )
    language: str | None = Field(
        default=None,
        description="Language of the command line; without it, that of the computer's locale.",
    )
    person: str | None = Field(
        default=None,
        description="The name that changes are recorded under; without it, the computer's user.",
    )
    time_zone: str | None = Field(
        default=None,
        description="Time zone of days and times on the command line, and of a browser that names"
        " none; without it, the computer's.",
    )
    workers: int = Field(
        default=4, ge=1, le=16, description="Requests that one download keeps under way at once."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Fernet key for the token secrets; without it the key file is used.",
    )
    lock_wait: float = Field(
        default=10.0,
        gt=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds to wait for a data file that another process has.",
    )
    unattended_wait: float = Field(
        default=600.0,
        gt=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description="The same for downloads, refreshes, retries and schedules.",
    )
    connect_timeout: float = Field(
        default=10.0,
        gt=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds to reach Komet.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names, besides this computer's own, under which the app may be opened.",
    )
    read_timeout: float = Field(
        default=120.0,
        gt=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds to wait for Komet's answer.",
    )
    answer_timeout: float | None = Field(
        default=None,
        gt=0,
        le=6 * _LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds for a whole answer; without it, five times the read time-out.",
    )
    max_answer_mb: int = Field(
        default=64, ge=1, le=4096, description="Megabytes of one answer that are read at most."
    )
    late_effect: float = Field(
        default=60.0,
        ge=0,
        le=_LONGEST_WAIT,
        allow_inf_nan=False,
        description="Seconds after which a write that Komet does not show has not been done.",
    )
    backup_days: int = Field(
        default=7, ge=0, le=3650, description="Days of automatic backups to keep; 0 makes none."
    )

    @model_validator(mode="before")
    @classmethod
    def _read_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What is not given comes from the environment, whatever the case of its name.

        A variable that is set to nothing, as in `KOMET_HOME= komet ...`, counts as not set.
        """
        fields = {f"{_PREFIX}{name}".lower(): name for name in cls.model_fields}
        found = {fields[name.lower()]: text for name, text in os.environ.items()
                 if text and name.lower() in fields}  # fmt: skip
        return found | given

    @field_validator("language")
    @classmethod
    def _is_a_language(cls, value: str | None) -> str | None:
        if value and value not in languages():
            *others, last = (repr(code) for code in languages())
            choices = _(" or ").join(filter(None, [", ".join(others), last]))
            raise ValueError(_("it must be one of {choices}").format(choices=choices))
        return value or None

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        if value and zone_of(value) is None:
            raise ValueError(_("it must be a time zone such as America/Guayaquil"))
        return value or None

    @property
    def database_path(self) -> Path:
        """The one DuckDB file."""
        return self.home / "komet.duckdb"

    @property
    def backups_path(self) -> Path:
        """The folder of the daily backups."""
        return self.home / "backups"

    @property
    def key_path(self) -> Path:
        """The key file, mode 0600."""
        return self.home / "secret.key"


@cache
def settings() -> Settings:
    """The settings of this process. Raises `InvalidInput`, which names every unusable variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidInput(
            _("The settings in the environment cannot be used."),
            " ".join(_describe(problem) for problem in error.errors()),
            _("Correct or remove them, and start again."),
        ) from None


def _describe(problem: Any) -> str:
    """One unusable variable as a sentence. The value of a secret is never repeated."""
    field = str(problem["loc"][0])
    name = (_PREFIX + field).upper()
    given = os.environ.get(name, "")
    limits = problem.get("ctx", {})
    rule: str
    match problem["type"]:
        case "greater_than":
            rule = _("it must be more than {limit}").format(limit=limits["gt"])
        case "greater_than_equal":
            rule = _("it must be at least {limit}").format(limit=limits["ge"])
        case "less_than_equal":
            rule = _("it must be at most {limit}").format(limit=limits["le"])
        case "int_parsing" | "int_from_float" | "int_parsing_size":
            rule = _("it must be a whole number")
        case "float_parsing":
            rule = _("it must be a number")
        case "finite_number":
            rule = _("it must be a finite number")
        case "literal_error":
            rule = _("it must be one of {choices}").format(choices=limits["expected"])
        case "value_error":
            rule = str(limits["error"])
        case _:
            rule = _("it is not usable ({reason})").format(reason=problem["msg"])
    shown = "•••" if field == "secret_key" else given
    return _("{name} is “{value}”: {rule}.").format(name=name, value=shown, rule=rule)


def computer_user() -> str:
    """The name of the user of this computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
