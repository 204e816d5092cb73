"""Settings from the environment, prefix `KOMET_`. Each is documented in README.md."""

from functools import cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One frozen object; `settings()` reads it once a process."""

    model_config = SettingsConfigDict(env_prefix="KOMET_", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("komet-desk", appauthor=False),
        description="The data folder: the DuckDB file and the key file live in it.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged to standard error."
    )
    language: Literal["en", "es"] | None = Field(
        default=None,
        description="Language of the command line; without it, that of the computer's locale.",
    )
    person: str | None = Field(
        default=None,
        description="The name that changes are recorded under; without it, the computer's user.",
    )
    workers: int = Field(
        default=4, ge=1, le=16, description="Requests that one download keeps under way at once."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Fernet key for the token secrets; without it the key file is used.",
    )
    lock_wait: float = Field(
        default=10.0, gt=0, description="Seconds to wait for a data file that another process has."
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names, besides this computer's own, under which the app may be opened.",
    )
    connect_timeout: float = Field(default=10.0, gt=0, description="Seconds to reach Komet.")
    read_timeout: float = Field(
        default=120.0, gt=0, description="Seconds to wait for Komet's answer."
    )

    answer_timeout: float | None = Field(
        default=None,
        gt=0,
        description="Seconds for a whole answer; without it, five times the read time-out.",
    )
    max_answer_mb: int = Field(
        default=64, ge=1, le=4096, description="Megabytes of one answer that are read at most."
    )

    @property
    def database_path(self) -> Path:
        """The one DuckDB file."""
        return self.home / "komet.duckdb"

    @property
    def key_path(self) -> Path:
        """The key file, mode 0600."""
        return self.home / "secret.key"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
