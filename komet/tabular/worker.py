"""The process that reads one workbook: bytes come in, lines of JSON go out, and it ends.

A workbook can be made to fill the memory or to take for ever, so it is read where that harms
nobody: with a limit on memory and on time of its own. See `komet.tabular.file` for the lines.
"""

import io
import json
import sys
from typing import BinaryIO

from komet.tabular.sheet_rows import (
    OLE_SIGNATURE,
    WORKER_MEMORY_BYTES,
    WORKER_SECONDS,
    NeedsPassword,
    TooBig,
    Unreadable,
)


def main() -> None:
    """Read a workbook from standard input."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    limit_process()
    try:
        _read(sys.stdin.buffer.read(), out)
        ending: dict[str, str] = {"end": "done"}
    except NeedsPassword:
        ending = {"end": "password"}
    except (TooBig, MemoryError):
        ending = {"end": "too big"}
    except Unreadable:
        ending = {"end": "damaged"}
    out.write(json.dumps(ending).encode() + b"\n")
    out.flush()


def limit_process() -> None:
    """Where the system can: no more memory, and no more time, than a table needs."""
    try:
        import resource
    except ImportError:  # Windows has the clock of the other process alone
        return
    seconds = int(WORKER_SECONDS)
    with open("/proc/self/statm") if sys.platform == "linux" else io.StringIO("0") as pages:  # noqa: PTH123
        in_use = int(pages.read().split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, in_use + WORKER_MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (most, hard))


def _read(data: bytes, out: BinaryIO) -> None:
    write = out.write
    encode = json.JSONEncoder(separators=(",", ":")).encode

    def send(line: object) -> None:
        write(encode(line).encode())
        write(b"\n")

    if data.startswith(OLE_SIGNATURE):
        from komet.tabular.xls import read_xls

        read_xls(data, send)
        return
    from komet.tabular.package import DAMAGE, Package

    try:
        package = Package(io.BytesIO(data))
        if "content.xml" in package and "xl/workbook.xml" not in package:
            from komet.tabular.ods import read_ods

            read_ods(package, send)
        else:
            from komet.tabular.xlsx import read_xlsx

            read_xlsx(package, send)
    except DAMAGE as error:
        raise Unreadable from error


if __name__ == "__main__":
    main()
