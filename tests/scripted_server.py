"""An HTTP server on loopback that answers as a test wants, and remembers the requests."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """One answer. `status` None breaks the connection without a word."""

    status: int | None = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    reason: str | None = None


@dataclass
class Asked:
    """One request as it was received."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """`answer` is given each request; a list is answered one by one, its last one for ever."""

    def __init__(self, answer: Callable[[Asked], Reply] | list[Reply]) -> None:
        self.asked: list[Asked] = []
        script = list(answer) if isinstance(answer, list) else None

        def reply_to(asked: Asked) -> Reply:
            self.asked.append(asked)
            if script is None:
                return answer(asked)
            return script.pop(0) if len(script) > 1 else script[0]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two of them wait 40 ms for each other

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                self._send(reply_to(Asked(self.command, self.path, dict(self.headers), body)))

            do_POST = do_GET

            def _send(self, reply: Reply) -> None:
                if reply.status is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status, reply.reason)
                for name, value in (
                    {"Content-Length": str(len(reply.body))} | reply.headers
                ).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}/api"
        serve = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        serve.start()

    def __enter__(self) -> "ScriptedServer":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._http.server_close()
