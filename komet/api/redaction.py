"""What looks like a secret by its name, made unreadable: for logs, and for what Komet echoes."""

import re

DOTS = "••••"
_NAMED = re.compile(
    r"""(?ix)
    \b(authenticationToken|companyToken|token|password|username|apiKey|secret)
    (["']?\s*[=:]\s*["']?)
    ([^\s"'&,;}\])]+)
    """
)


def redact(text: str) -> str:
    """The text with the values of tokens, passwords and user names replaced by dots."""
    return _NAMED.sub(rf"\1\2{DOTS}", text)
