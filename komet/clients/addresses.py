"""Addresses of Komet systems: which two are the same place for a secret to be sent to."""

import ipaddress
from urllib.parse import urlsplit

KOMETS_OWN = "https://api.kometsales.com/api"
"""Where a token is sent that has no address of its own."""
_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE = "this machine"


def same_place(one: str, other: str) -> bool:
    """Whether what was sent to one address may be sent to the other.

    Scheme, host and port count; the path does not. This machine's loopback is one place on every
    port: what goes there does not leave the machine, and the sandbox has a new port each time.
    """
    return _place(one) == _place(other)


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    return _place(url) == _THIS_MACHINE


def shown(url: str) -> str:
    """The host of an address, with a port that is not the usual one: for a sentence."""
    return urlsplit(url).netloc.rsplit("@", 1)[-1]


def _place(url: str) -> str:
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return _THIS_MACHINE if loopback else f"{scheme}://{host}:{parts.port or _PORTS.get(scheme)}"
