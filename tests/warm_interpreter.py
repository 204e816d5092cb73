"""Processes of our own that start at once: forked from an interpreter that has imported its share.

Most of the time that a command of the command line takes is spent on importing pydantic, polars and
their like. `WarmInterpreter` pays that once. What it starts is still a process of its own, with its
own environment, folder, standard streams, memory and end; only its imports were made before.
"""

import contextlib
import gc
import importlib
import json
import locale
import os
import random
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_READ_BY_PYTHON_AT_START = ("LANG", "LC_", "PYTHON", "LD_")
_STANDARD_STREAMS = 3
_LAZY = ("pyarrow.dataset", "babel.messages.mofile", "babel.messages.pofile")
"""What our modules, or DuckDB, import when they first need it."""


class WarmProcess:
    """A process that was forked: what tests ask of a `subprocess.Popen`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.pid = int(_line(connection))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; minus the signal's number for a process that was killed."""
        with self._lock:
            if self.returncode is None:
                self._connection.settimeout(timeout if timeout is None else max(timeout, 0.001))
                try:
                    self.returncode = int(_line(self._connection))
                except TimeoutError:
                    raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None
                self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class WarmInterpreter:
    """An interpreter of which processes are forked.

    It has `imported` modules, and with them all that they import. `anew`, a package of ours that
    looks at the standard streams and the environment, is imported by each process once more.
    """

    def __init__(self, anew: str, imported: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="warm-")
        self._address = str(Path(self._folder.name) / "socket")
        self._environment = dict(os.environ)
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._address, anew, *imported],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        streams: tuple[int, int, int],
    ) -> WarmProcess:
        """`python -m module arguments`, with these descriptors as its standard streams."""
        line = self._connected()
        asked = {"module": module, "arguments": [*arguments], "cwd": str(cwd), "env": {**env}}
        request = json.dumps(asked).encode()
        socket.send_fds(line, [len(request).to_bytes(8, "big")], streams)
        line.sendall(request)
        return WarmProcess(line)

    def run(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdin: str = "",
        timeout: float,
    ) -> "subprocess.CompletedProcess[str]":
        """The same to its end, as `subprocess.run` does it.

        An environment of which Python itself reads other things at its start gets a start.
        """
        if self._needs_a_start(env):
            return subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=cwd, env=env, input=stdin, capture_output=True, text=True, timeout=timeout,
                check=False,
            )  # fmt: skip
        with contextlib.ExitStack() as files:
            given, out, err = (files.enter_context(tempfile.TemporaryFile()) for _stream in "ioe")
            given.write(stdin.encode())
            given.seek(0)
            streams = (given.fileno(), out.fileno(), err.fileno())
            process = self.start(module, arguments, cwd=cwd, env=env, streams=streams)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return subprocess.CompletedProcess([module, *arguments], code, _text(out), _text(err))

    def close(self) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def _needs_a_start(self, env: Mapping[str, str]) -> bool:
        return any(
            env.get(name) != self._environment.get(name)
            for name in env.keys() | self._environment.keys()
            if name.startswith(_READ_BY_PYTHON_AT_START)
        )

    def _connected(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 60
        while True:
            try:
                line.connect(self._address)
                return line
            except OSError:
                assert self._process.poll() is None, "The warm interpreter has ended."
                assert time.monotonic() < deadline
                time.sleep(0.02)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


def _line(connection: socket.socket) -> str:
    """One line from the other side, byte by byte: what follows it is not ours yet."""
    found = b""
    while not found.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            raise ConnectionError("The warm interpreter has hung up.")
        found += part
    return found.decode()


def _serve(address: str, anew: str, imported: Sequence[str]) -> dict[str, str | list[str]]:
    """Fork for each request. Comes back only in the process that was asked for."""
    sys.path[0] = str(Path.cwd())  # the folder of the program, as with `python -m`
    if anew == "komet.cli":
        from komet import unneeded

        unneeded.leave_out()  # as its `main` begins, for what is imported here
    for name in (*imported, *_LAZY):
        importlib.import_module(name)
    _leave_no_thread()
    for name in [n for n in sys.modules if n == anew or n.startswith(f"{anew}.")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # else the first collection of every child would copy all pages
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    while True:
        ready, _w, _x = select.select([listener, sys.stdin], [], [])
        _reap()
        if listener not in ready:
            os._exit(0)  # the end of its standard input is the end of the tests
        line, _peer = listener.accept()
        if os.fork() == 0:
            listener.close()
            return _watched(line)
        line.close()


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _leave_no_thread() -> None:
    """A fork takes no thread along, so none may stand that anything would wait for.

    Those of jemalloc and OpenBLAS start anew in the child by themselves; polars starts its pool
    with its first work.
    """
    if duckdb := sys.modules.get("duckdb"):
        duckdb.default_connection().close()  # has a thread, and nothing of ours uses it


def _watched(line: socket.socket) -> dict[str, str | list[str]]:
    """Fork once more: the process itself, and one that waits for its end and tells it."""
    size, streams, _flags, _peer = socket.recv_fds(line, 8, _STANDARD_STREAMS)
    request = b""
    while len(request) < int.from_bytes(size, "big"):
        request += line.recv(65_536)
    pid = os.fork()
    if pid:
        for stream in (0, 1, 2, *streams):
            os.close(stream)
        line.sendall(f"{pid}\n".encode())
        _pid, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    line.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    asked: dict[str, str | list[str]] = json.loads(request)
    return asked


def _become(asked: dict[str, str | list[str]]) -> None:
    """Be the process that was asked for, as if Python had just started it."""
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(str(asked["cwd"]))
    time.tzset()
    random.seed()
    locale.setlocale(locale.LC_CTYPE, "")
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        new = open(number, mode, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        if name == "stderr":
            new.reconfigure(line_buffering=True)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    sys.path[0] = str(asked["cwd"])
    sys.argv = [str(asked["module"]), *asked["arguments"]]
    runpy.run_module(str(asked["module"]), run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _become(_serve(sys.argv[1], sys.argv[2], sys.argv[3:]))
