"""The Komet Sales API: `from komet.api import KometClient`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from komet.api.client import KometClient, RetryPolicy
    from komet.api.errors import KometError
    from komet.api.transport import Timeouts

__all__ = ["KometClient", "KometError", "RetryPolicy", "Timeouts"]

_HOMES = {
    "KometClient": "client",
    "KometError": "errors",
    "RetryPolicy": "client",
    "Timeouts": "transport",
}


def __getattr__(name: str) -> Any:
    """Import the client when it is asked for: whoever needs our errors only is spared httpx."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
