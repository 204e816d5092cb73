"""The base URL of a Komet system: Komet's own, and what a person may enter."""

import ipaddress

from komet.api.errors import InvalidCall

DEFAULT_BASE_URL = "https://api.kometsales.com/api"
"""Komet's own address."""


def normalize_base_url(base_url: str) -> str:
    """The base URL without a trailing slash, `/api` added to a bare host.

    Raises `InvalidCall` for anything but https://, save http:// on this machine's loopback.
    """
    import httpx

    raw = base_url.strip().rstrip("/")
    try:
        url = httpx.URL(raw)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme == "http" and url.host and not is_loopback(url.host):
        raise InvalidCall("unencrypted_base_url")
    odd = url.userinfo or "?" in raw or "#" in raw or (url.port or 0) > 65_535
    if url.scheme not in {"http", "https"} or not url.host or odd:
        shown = raw.split("?")[0].split("#")[0].rsplit("@", 1)[-1]
        raise InvalidCall("invalid_base_url", url=shown)
    return raw if url.path.strip("/") else f"{raw}/api"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
