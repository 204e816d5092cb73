"""Token secrets at rest: Fernet, with the key from `KOMET_SECRET_KEY` or the key file.

Fernet authenticates each value, so a key that does not fit is noticed, not guessed around.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from komet.db import opening
from komet.db.errors import WrongKey
from komet.language import _

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Vault:
    """Encrypts and decrypts token secrets, with the given key or that of the key file."""

    def __init__(self, key_path: Path, secret_key: SecretStr | None = None) -> None:
        self._key_path = key_path
        self._secret_key = secret_key

    @property
    def has_key(self) -> bool:
        """Whether there is a key; it may still be the wrong one."""
        return self._secret_key is not None or self._key_path.exists()

    def seal(self, secret: SecretStr, *, first: bool) -> str:
        """The ciphertext to store. Raises `WrongKey` where the key is missing or unusable.

        `first`: nothing is encrypted yet, so a missing key is made.
        """
        if first and not self.has_key:
            self.make_key()
        return self._fernet().encrypt(secret.get_secret_value().encode()).decode()

    def open(self, ciphertext: str) -> SecretStr:
        """The decrypted secret. Raises `WrongKey` where it was encrypted with another key."""
        from cryptography.fernet import InvalidToken

        try:
            return SecretStr(self._fernet().decrypt(ciphertext.encode()).decode())
        except InvalidToken as error:
            raise WrongKey(
                _("The stored token cannot be decrypted with the present key."),
                _("The key file or KOMET_SECRET_KEY is not the one it was saved with."),
                _("Bring the old key back, or enter the token's secret again."),
            ) from error

    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        key = self._secret_key.get_secret_value() if self._secret_key else self._key_from_file()
        try:
            return Fernet(key)
        except ValueError as error:
            raise WrongKey(
                _("The key for token secrets is not usable."),
                _("It must be 32 bytes in URL-safe base64, as `Fernet.generate_key()` makes them."),
                _("Correct KOMET_SECRET_KEY, or the key file in the data folder."),
            ) from error

    def _key_from_file(self) -> str:
        try:
            opening.make_private(self._key_path)
            return self._key_path.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise WrongKey(
                _("The key file {name} is missing.").format(name=self._key_path.name),
                _("The stored tokens can be read with that key only."),
                _(
                    "Bring it back from a backup, or set KOMET_SECRET_KEY. If it is lost,"
                    " `komet token new-key` makes another; then enter the tokens' secrets again."
                ),
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise WrongKey(
                _("The key file {name} cannot be read.").format(name=self._key_path.name),
                next_step=_("Give this user the right to read it, or bring back a backup."),
            ) from error

    def make_key(self) -> bool:
        """Make the key file, mode 0600, where there is none, and return whether it was made.

        Raises `WrongKey` where it cannot be written.
        """
        try:
            return self._make_key()
        except OSError as error:
            raise WrongKey(
                _("The key file {name} cannot be written.").format(name=self._key_path.name),
                f"{error.strerror}.",
                _("Make room and give this user the right to write the data folder."),
            ) from error

    def _make_key(self) -> bool:
        from cryptography.fernet import Fernet

        opening.make_folder(self._key_path.parent)
        # written whole beside its place and linked into it, so that of two processes that start
        # together neither reads half a key, and both end up with the same one
        draft = self._key_path.with_name(f"{self._key_path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key())
            os.link(draft, self._key_path)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True
