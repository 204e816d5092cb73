"""Who may speak to the running app, and what its answers tell a browser to refuse."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from running_app import App
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from komet.errors import InvalidInput
from komet.web.shell.doors import hosts_of

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = App(tmp_path_factory.mktemp("doors") / "home")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("deployed") / "home"
    running = App(home, KOMET_ALLOWED_HOSTS="Desk.example.com, *.farm.example")
    yield running
    running.stop()


def opens(app: App, host: str, origin: str | None) -> int:
    """The status of a WebSocket that claims this host and origin; 101 where it was let in."""
    port = urlsplit(app.url).port
    address = f"ws://{host}/_stcore/stream".replace("PORT", str(port))
    come_from = origin.replace("PORT", str(port)) if origin else None
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            with connect(
                address, sock=line, origin=come_from, subprotocols=["streamlit"], open_timeout=20
            ):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code


def fetch(app: App, path: str, host: str | None = None) -> tuple[int, dict[str, str]]:
    parts = urlsplit(app.url)
    assert parts.hostname
    line = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=20)
    line.request("GET", path, headers={"Host": host or parts.netloc})
    answer = line.getresponse()
    answer.read()
    found = {name.lower(): value for name, value in answer.getheaders()}
    line.close()
    return answer.status, found


@pytest.mark.parametrize("host", LOOPBACK)
def test_the_apps_own_page_opens_its_websocket(app: App, host: str) -> None:
    assert opens(app, f"{host}:PORT", f"http://{host}:PORT") == 101


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.test:PORT", "http://evil.test:PORT"),  # a name that was made to point at us
        ("evil.test:PORT", None),
        ("localhost.evil.test:PORT", "http://localhost.evil.test:PORT"),
        ("127.0.0.1:PORT", "http://evil.test:PORT"),  # a page of another site
        ("localhost:PORT", "http://localhost:1"),  # another program on this computer
        ("localhost:PORT", "null"),  # a sandboxed frame, a file
    ],
)
def test_a_foreign_host_or_origin_opens_no_websocket(
    app: App, host: str, origin: str | None
) -> None:
    assert opens(app, host, origin) in {400, 403}


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/po_download"])
def test_a_foreign_host_gets_no_page_either(app: App, path: str) -> None:
    assert fetch(app, path)[0] == 200
    assert fetch(app, path, "evil.test")[0] == 400


def test_a_deployment_names_its_hosts(deployed: App) -> None:
    assert opens(deployed, "desk.example.com", "https://desk.example.com") == 101
    assert opens(deployed, "quito.farm.example", "https://quito.farm.example") == 101
    # a proxy that passes on its own name for us
    assert opens(deployed, "127.0.0.1:PORT", "https://desk.example.com") == 101
    assert opens(deployed, "localhost:PORT", "http://localhost:PORT") == 101
    assert opens(deployed, "evil.test", "http://evil.test") in {400, 403}
    assert opens(deployed, "desk.example.com", "https://evil.test") in {400, 403}


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/no-such-file.js"])
def test_every_answer_tells_the_browser_what_to_refuse(app: App, path: str) -> None:
    _status, headers = fetch(app, path)
    rules = {
        rule.split()[0]: rule.split()[1:] for rule in headers["content-security-policy"].split(";")
    }
    assert rules["default-src"] == ["'none'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["object-src"] == rules["base-uri"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:"} & set(rules["script-src"])
    allowed = {source for sources in rules.values() for source in sources}
    assert not [source for source in allowed if "*" in source or "//" in source]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


def test_no_program_drives_the_app_over_http(app: App) -> None:
    assert fetch(app, "/_stcore/agent/interact")[0] in {403, 404, 405}
    port = urlsplit(app.url).port
    line = http.client.HTTPConnection("127.0.0.1", port or 80, timeout=20)
    line.request("POST", "/_stcore/agent/interact", "{}", {"Content-Type": "application/json"})
    assert line.getresponse().status >= 400
    line.close()


def test_what_is_no_host_name_is_refused_with_a_sentence() -> None:
    assert hosts_of(" Desk.example.com,,*.farm.example ") == ["desk.example.com", "*.farm.example"]
    for wrong in ("https://desk.example.com", "desk.example.com:443", "a b", "x*.example.com"):
        with pytest.raises(InvalidInput, match="KOMET_ALLOWED_HOSTS"):
            hosts_of(wrong)


def test_streamlit_itself_refuses_foreign_hosts_too() -> None:
    """Should someone start the pages without `app.py`."""
    text = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text()
    assert 'allowedHosts = ["localhost", "127.0.0.1", "::1"]' in text
