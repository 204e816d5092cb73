"""A server on loopback that writes bytes as a test wants, for what no HTTP library would send."""

import socket
import threading
from collections.abc import Callable, Iterable

Script = Callable[[bytes], Iterable[bytes]]


class RawServer:
    """`script` is given each request's head and yields what goes out; then the line is closed."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/api"
        self.requests = 0
        self.left_alone = threading.Event()
        """Set when the other side has hung up on us while we were still sending."""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line:
            head = b""
            try:
                while b"\r\n\r\n" not in head:
                    part = line.recv(65_536)
                    if not part:
                        return
                    head += part
                self.requests += 1
                for piece in self._script(head):
                    line.sendall(piece)
                # unread bytes of a request would reset the line and take the answer along
                line.shutdown(socket.SHUT_WR)
                line.settimeout(5)
                while line.recv(65_536):
                    pass
            except OSError:
                self.left_alone.set()

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._socket.close()
