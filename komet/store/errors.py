"""What can be wrong with the data file.

StoreError
├── FileInUse       another process kept the file longer than we wait
├── NewerFile       a newer Komet Desk wrote it
├── DamagedFile     it is not a DuckDB file, or cannot be read
└── WrongKey        the secrets in it were encrypted with another key
"""

from komet.errors import DeskError


class StoreError(DeskError):
    """The base of the store's failures."""


class FileInUse(StoreError):
    """Another process holds the file."""


class NewerFile(StoreError):
    """The file is of a newer version than this program."""


class DamagedFile(StoreError):
    """The file cannot be opened as a DuckDB database."""


class WrongKey(StoreError):
    """The key does not fit the secrets in the file. The data is left alone."""
