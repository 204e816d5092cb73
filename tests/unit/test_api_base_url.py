"""HTTPS only: which base URLs are taken, and which are refused before a token goes out."""

import pytest
from failure_messages import raises

from komet.api.base_url import DEFAULT_BASE_URL, normalize_base_url
from komet.api.errors import InvalidCall
from komet.api.transport import Timeouts, Transport
from komet.messages import message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (DEFAULT_BASE_URL, DEFAULT_BASE_URL),
        (" https://api.kometsales.com/api/ ", DEFAULT_BASE_URL),
        ("https://api.kometsales.com", DEFAULT_BASE_URL),
        ("HTTPS://API.KometSales.com/api", "HTTPS://API.KometSales.com/api"),
        ("http://127.0.0.1:8100/api", "http://127.0.0.1:8100/api"),
        ("http://127.0.0.2", "http://127.0.0.2/api"),
        ("http://LOCALHOST:8100", "http://LOCALHOST:8100/api"),
        ("http://[::1]:8100", "http://[::1]:8100/api"),
    ],
)
def test_taken(given: str, expected: str) -> None:
    assert normalize_base_url(given) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://api.kometsales.com/api",
        "HTTP://api.kometsales.com/api",
        "http://localhost.evil.example/api",
        "http://127.0.0.1.evil.example/api",
        "http://0.0.0.0/api",
        "http://10.0.0.1/api",
        "http://2130706433.example/api",
    ],
)
def test_http_is_for_loopback_only(url: str) -> None:
    with raises(InvalidCall, match="https://"):
        normalize_base_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.kometsales.com/api",
        "localhost:8100",
        "ftp://api.kometsales.com/api",
        "file:///etc/passwd",
        "https://",
        "https://[::1/api",
        "https://api.kometsales.com:99999999/api",
        "https://api.kometsales.com/api?authenticationToken=s3cret",
        "https://api.kometsales.com/api?",
        "https://api.kometsales.com/api#s3cret",
        "https://someone:s3cret@api.kometsales.com/api",
        "https://s3cret@api.kometsales.com/api",
        "https://api.kometsales.com\n.evil.example/api",
    ],
)
def test_what_is_no_base_url_is_refused_and_its_secrets_not_repeated(url: str) -> None:
    with pytest.raises(InvalidCall) as failure:
        normalize_base_url(url)
    assert "s3cret" not in str(failure.value)
    assert "s3cret" not in message(failure.value)
    assert failure.value.__context__ is None


def test_the_time_outs_of_the_contract() -> None:
    transport = Transport(DEFAULT_BASE_URL)
    assert transport._client.timeout.connect == 10.0
    assert transport._client.timeout.read == 120.0
    transport.close()
    patient = Transport(DEFAULT_BASE_URL, timeouts=Timeouts(connect=3, read=7))
    assert (patient._client.timeout.connect, patient._client.timeout.read) == (3, 7)
    patient.close()
