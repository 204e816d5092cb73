"""What can be wrong with the data file.

StoreError
├── FileInUse       another process kept the file longer than we wait
├── NewerFile       a newer Komet Desk wrote it
├── DamagedFile     it is not a DuckDB file, or cannot be read
│   └── AlteredFile     a table or column is missing that was there
├── UnusableFile    it may not be read or written, or is a folder
├── FileReplaced    it was replaced or removed while we were at work
├── DiskFull        there is no room for what was to be written
└── WrongKey        the secrets in it were encrypted with another key
"""

from komet.errors import AppError


class StoreError(AppError):
    """The base of the store's failures."""

    code = "store_error"


class FileInUse(StoreError):
    """Another process holds the file."""

    code = "file_in_use"


class NewerFile(StoreError):
    """The file is of a newer version than this program."""

    code = "newer_file"


class DamagedFile(StoreError):
    """The file cannot be opened as a DuckDB database."""

    code = "damaged_file"


class AlteredFile(DamagedFile):
    """Something else than this program has changed the file's tables."""

    code = "altered_file"


class UnusableFile(StoreError):
    """The file may not be opened by this user, or is no file."""

    code = "unusable_file"


class FileReplaced(StoreError):
    """The file is not the one that the work began with. Nothing more was written."""

    code = "file_replaced"


class DiskFull(StoreError):
    """The disk has no room. The transaction was not committed."""

    code = "disk_full"


class WrongKey(StoreError):
    """The key does not fit the secrets in the file. The data is left alone."""

    code = "wrong_key"
