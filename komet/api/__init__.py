"""The Komet Sales API: `from komet.api import KometClient`."""

from komet.api.client import KometClient, RetryPolicy
from komet.api.errors import KometError
from komet.api.transport import Timeouts

__all__ = ["KometClient", "KometError", "RetryPolicy", "Timeouts"]
