"""A call as other programs would make it. The token is a name there, never a value."""

import json
import shlex
from typing import Any

from komet.api.methods import Method
from komet.api.request import build_request

TOKEN = "$KOMET_TOKEN"
_PYTHON_TOKEN = 'os.environ["KOMET_TOKEN"]'


def without_files(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with a word in the place of each file, for showing."""
    return {
        name: f"<{len(value):,} bytes in Base64>" if isinstance(value, bytes) else value
        for name, value in params.items()
    }


def as_request(spec: Method, params: dict[str, Any], base_url: str) -> str:
    """Request line, headers and body as they go out, the token masked."""
    request = build_request(spec, params, "••••")
    query = request.secrets.query | request.query
    url = f"{base_url.rstrip('/')}/{spec.path}"
    lines = [f"{spec.verb} {url}" + ("?" if query else "")]
    lines += [f"  {name}={value}" for name, value in query.items()]
    lines += [
        f"{name}: {value}" for name, value in (request.secrets.headers | request.headers).items()
    ]
    if request.body is not None:
        body = request.secrets.body | request.body
        lines += ["Content-Type: application/json", "", _json(body)]
    return "\n".join(lines)


def as_curl(spec: Method, params: dict[str, Any], base_url: str) -> str:
    """For a shell where KOMET_TOKEN is set."""
    request = build_request(spec, params, TOKEN)
    parts = ["curl", "--get" if spec.parameters_in == "query" and spec.verb == "GET" else ""]
    if spec.verb != "GET":
        parts[1] = f"--request {spec.verb}"
    parts.append(shlex.quote(f"{base_url.rstrip('/')}/{spec.path}"))
    for name, value in (request.secrets.headers | request.headers).items():
        parts.append("--header " + _quoted(f"{name}: {value}"))
    for name, value in (request.secrets.query | request.query).items():
        option = "--data-urlencode" if spec.verb == "GET" else "--url-query"
        parts.append(f"{option} " + _quoted(f"{name}={value}"))
    if request.body is not None:
        parts.append("--header 'Content-Type: application/json'")
        parts.append("--data " + _quoted(_json(request.secrets.body | request.body)))
    return " \\\n  ".join(filter(None, parts))


def as_httpx(spec: Method, params: dict[str, Any], base_url: str) -> str:
    """For Python with httpx."""
    request = build_request(spec, params, TOKEN)
    arguments = [f'"{spec.verb}"', f'"{base_url.rstrip("/")}/{spec.path}"']
    for word, values in (
        ("params", request.secrets.query | request.query),
        ("headers", request.secrets.headers | request.headers),
        ("json", request.secrets.body | (request.body or {})),
    ):
        if values:
            arguments.append(f"{word}={_python(values)}")
    inner = ",\n    ".join([*arguments, "timeout=120"])
    return (
        "import os\n\nimport httpx\n\n"
        f"answer = httpx.request(\n    {inner},\n).raise_for_status().json()\n"
    )


def as_client(spec: Method, params: dict[str, Any], base_url: str) -> str:
    """For Python with our own client."""
    given = "".join(f",\n        {_argument(name, value)}" for name, value in params.items())
    imports = "import datetime\n" if "datetime." in given else ""
    return (
        f"import os\n{imports}\nfrom komet.api import KometClient\n\n"
        f'with KometClient("{base_url}", {_PYTHON_TOKEN}) as client:\n'
        f'    answer = client.call(\n        "{spec.name}"{given},\n    )\n'
    )


def _argument(name: str, value: Any) -> str:
    return f"{name}={value!r}" if name.isidentifier() else f"**{{{name!r}: {value!r}}}"


def _quoted(text: str) -> str:
    """For a shell, the token's name outside the single quotes, so that the shell fills it in."""
    if TOKEN not in text:
        return shlex.quote(text)
    before, after = text.split(TOKEN, 1)
    return "".join(
        (shlex.quote(before) if before else "", f'"{TOKEN}"', shlex.quote(after) if after else "")
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _python(values: dict[str, Any]) -> str:
    return repr(values).replace(repr(TOKEN), _PYTHON_TOKEN)
