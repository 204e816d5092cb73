"""Hostile answers of an HTTP server, each from a number: the same number, the same bytes.

Run as a program it serves answers FIRST to LAST to our client, in a process whose memory and times
the caller can measure: `python tests/hostile_answers.py FIRST LAST` prints a line of JSON for each.
"""

import gzip
import json
import random
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 20)
METHODS = ("purchase.order.list", "purchase.order.list", "product.list", "boxtype.list", "login")
KB, MB = 1024, 1024 * 1024

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -0.0, 10**30, -(2**63) - 1, 1e308, 5e-324, "", " ", "NaN", "1e99",
    "99,999,999,999.99", "1.234.567,89", "0x10", "٣", "²", "1_000", "=1+1", "\x00",
    "a\x00b", "\udfff",
    "\ud800x", "\u202e", "﷽" * 50, "2026-13-45", "0000-00-00", "9999-12-31T23:59:59+14:00",
    "yesterday",
    [], {}, [[]], [None], {"": ""}, {"__proto__": {"id": 1}}, ["id"], "x" * 70_000,
)  # fmt: skip
RAW_VALUES = (
    b"NaN", b"-Infinity", b"1E+999999999", b"-1e-999999999", b"9" * 5_000, b"0." + b"3" * 5_000,
    b"01",
    b"+1", b".5", b"'x'", b"undefined", b'"\\ud800"', b'"\\u0000"', b'"\\x41"', b'"\xff\xfe"',
    b"\x00",
    b'"unended', b"{" * 50, b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 3_000 + b"1" + b"}" * 3_000, b"/*c*/1",
)  # fmt: skip


def order(chance: random.Random, number: int) -> dict[str, Any]:
    """An honest PO."""
    return {
        "id": 1_000 + number,
        "number": f"P{number:06}",
        "shipDate": DAY.isoformat(),
        "vendorName": "Flores del Cotopaxi",
        "status": "Approved",
        "totalBoxes": 2,
        "totalCost": "123.50",
        "details": [
            {
                "poItemId": 10 * number + line,
                "productId": chance.randrange(99_999),
                "productDescription": "Rose Freedom 60 cm",
                "totalBoxes": 1,
                "bunches": 12,
                "stemsBunch": 25,
                "unitCost": 0.35,
                "unitType": "Stem",
                "boxes": [{"boxCode": str(chance.randrange(10**9))}],
                "breakdowns": [{"bunches": 12, "stemsBunch": 25, "cost": 0.3}],
            }
            for line in range(chance.randint(0, 3))
        ],
    }


def spoil(chance: random.Random, value: Any) -> Any:
    """The same with some members replaced by odd ones."""
    if chance.random() < 0.04:
        return chance.choice(ODD_VALUES)
    if isinstance(value, dict):
        spoiled = {name: spoil(chance, item) for name, item in value.items()}
        if chance.random() < 0.1:
            spoiled[chance.choice(("\ud800", "model_config", "extra", "ID", "x" * 9_000))] = 1
        return spoiled
    if isinstance(value, list):
        return [spoil(chance, item) for item in value] * chance.choice((1, 1, 1, 2))
    return value


def body(chance: random.Random) -> bytes:
    """The body before it is framed."""
    kind = chance.randrange(20)
    orders = [order(chance, n) for n in range(chance.randint(0, 20))]
    answer: Any = {"status": chance.choice((1, 1, 1, "1", "1", 0, None, [])), "apiKey": "k"}
    answer |= {"purchaseOrders": orders, "products": orders, "boxtypes": orders}
    if chance.random() < 0.2:
        answer["message"] = chance.choice(("Orders not found.", "API key not found", "OK", 5, {}))
    if kind == 0:
        return chance.randbytes(chance.randrange(5_000))
    if kind == 1:
        return b"[" * chance.choice((10, 900, 1_100, 100_000, 3 * MB))
    if kind == 2:
        part = chance.choice((b"{},", b"[],", b"0,", b'"",', b"[[]],", b'{"id":1},'))
        size = chance.choice((10 * KB, 100 * KB, 3 * MB, 20 * MB))
        return b'{"status":1,"purchaseOrders":[' + part * (size // len(part)) + b"{}]}"
    if kind == 3:
        text = chance.choice(("ñ", "\\u00f1", "\\ud83c\\udf39", "\\n", "\\\\", "\\ud800"))
        long = text * (chance.choice((10 * KB, 2 * MB, 10 * MB)) // len(text))
        return f'{{"status":1,"purchaseOrders":[{{"id":1,"comments":"{long}"}}]}}'.encode()
    if kind == 4:
        name, times = chance.choice(("id", "purchaseOrders", "a")), chance.choice((2, 50_000))
        return b'{"status":1,' + f'"{name}":[],'.encode() * times + b'"purchaseOrders":[{"id":2}]}'
    if kind > 5:
        answer = {name: spoil(chance, item) for name, item in answer.items()}
    text = json.dumps(answer).encode()
    if kind in {6, 7}:
        place = text.find(b":", chance.randrange(len(text))) + 1
        return text[:place] + chance.choice(RAW_VALUES) + text[place + 1 :]
    if kind == 8:
        return text[: chance.randrange(len(text) + 1)]
    if kind == 9:
        spoiled = bytearray(text)
        for _time in range(chance.randint(1, 30)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        return bytes(spoiled)
    if kind == 10:
        return chance.choice((b"\xef\xbb\xbf", b"\xff\xfe", b" " * 5 * MB, b"\x00")) + text
    return text


def packed(chance: random.Random, content: bytes) -> tuple[list[bytes], bytes]:
    """The header lines of a coding, and the content in it."""
    kind = chance.randrange(40)
    if kind == 0:
        return [b"Content-Encoding: gzip"], gzip.compress(content, 1)
    if kind == 1:
        return [b"Content-Encoding: gzip"], gzip.compress(content, 1)[: chance.randrange(40)]
    if kind == 2:
        return [b"Content-Encoding: deflate"], zlib.compress(content, 1)[chance.choice((0, 2)) :]
    if kind == 3:
        coding = chance.choice((b"gzip", b"br", b"gzip, gzip", b"\xff", b"zstd", b"deflate"))
        return [b"Content-Encoding: " + coding], content
    if kind == 4:
        blank = gzip.compress(b" " * MB, 9)
        bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
        many = b"".join(bomb.compress(b" " * MB) for _time in range(200)) + bomb.flush()
        return [b"Content-Encoding: gzip"], chance.choice((blank * 50, many))
    return [], content


def framed(chance: random.Random, lines: list[bytes], content: bytes) -> bytes:
    """The body with a length that is true, false or missing."""
    kind, size = chance.randrange(60), len(content)
    if kind == 0:
        lines.append(b"Content-Length: %d" % (size + chance.choice((1, 1_000, 10**12))))
    elif kind == 1:
        lines.append(b"Content-Length: %d" % (size // 2))
    elif kind == 2:
        lines.append(b"Content-Length: " + chance.choice((b"-1", b"ten", b"1e3", b"9" * 50, b"")))
    elif kind == 3:
        lines += [b"Content-Length: %d" % size, b"Content-Length: %d" % (size + 1)]
    elif kind == 4:
        lines += [b"Transfer-Encoding: chunked", b"Content-Length: %d" % size]
        content = b"%x\r\n" % size + content + b"\r\n0\r\n\r\n" if size else b"0\r\n\r\n"
    elif kind == 5:
        lines.append(b"Transfer-Encoding: chunked")
        step = chance.choice((1_000, 70_000))
        parts = [content[n : n + step] for n in range(0, min(size, 500 * step), step)]
        last = chance.choice((b"0\r\n\r\n", b"", b"0\r\nX: y\r\n\r\n", b"-1\r\n", b"zz\r\n"))
        content = b"".join(b"%x\r\n" % len(part) + part + b"\r\n" for part in parts) + last
    elif kind > 6:
        lines.append(b"Content-Length: %d" % size)
    return content


def response(number: int) -> bytes:
    """All bytes of answer `number`."""
    chance = random.Random(number)
    status = chance.choice(
        (b"200 OK",) * 40
        + (
            b"204 No Content",
            b"302 Found",
            b"429 Slow",
            b"500 No",
            b"304 -",
            b"999 ?",
            b"2000",
            b"x",
        )
    )
    lines = [b"HTTP/1.1 " + status]
    if chance.random() < 0.03:
        lines = [
            chance.choice((b"HTTP/9.9 200 OK", b"", b"SSH-2.0-x", b"\x16\x03\x01\x02", b"HTTP/1.1"))
        ]
    odd = (
        b"Content-Type: application/json; charset="
        + chance.choice((b"utf-16", b"rot13", b'"', b"\xff")),
        b"Location: "
        + chance.choice((b"/api/x", b"//[", b"\x00", b"x" * 90_000, b"http://evil.test/")),
        b"Retry-After: " + chance.choice((b"-5", b"1e400", b"\xff", b"9" * 400, b"Thu, 99 Foo")),
        b"Set-Cookie: " + b"a=b; " * 5_000,
        b"X-Odd: \xf0\x28\x8c\x28",
        b"X Odd: 1",
        b": nothing",
        b"no colon at all",
        b"X-Null: a\x00b",
        b" folded",
        b"X-Long: " + b"y" * 200_000,
    )
    lines += chance.sample(odd, chance.choice((*(0,) * 14, 1, 2)))
    coding, content = packed(chance, body(chance))
    lines += coding
    content = framed(chance, lines, content)
    whole = b"\r\n".join(lines) + b"\r\n\r\n" + content
    return whole[: chance.randrange(len(whole))] if chance.random() < 0.05 else whole


def main() -> None:
    """Serve answers FIRST to LAST to the client, and print what became of each."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from raw_server import RawServer

    from komet.api import KometClient, KometError, RetryPolicy
    from komet.api.transport import Timeouts
    from komet.ingest.sources.komet_columns import read_slice
    from komet.messages import message

    first, last = map(int, sys.argv[1:])
    current = [b""]

    def script(_head: bytes) -> Iterator[bytes]:
        yield current[0]

    def work(client: KometClient, method: str) -> str:
        if method == "purchase.order.list":
            read = read_slice("provider", DAY, client.raw_orders(DAY))
            orders, problems = read.orders.purchase_orders.height, read.problems.height
            return f"{orders} orders, {problems} problems"
        calls: dict[str, Callable[[], object]] = {
            "product.list": client.products,
            "boxtype.list": client.box_types,
            "login": lambda: client.login("someone", "secret"),
        }
        calls[method]()
        return "read"

    timeouts = Timeouts(2, 2, whole=20)
    for number in range(first, last):
        current[0] = response(number)
        method = METHODS[number % len(METHODS)]
        started, error = time.monotonic(), ""
        with (
            RawServer(script) as server,
            KometClient(
                server.base_url,
                "s3cret-token",
                timeouts=timeouts,
                retry=RetryPolicy(tries=2),
                sleep=lambda _seconds: None,
            ) as client,
        ):
            try:
                outcome = work(client, method)
            except KometError as failure:
                outcome, error = type(failure).__name__, message(failure)
        line = {
            "number": number,
            "outcome": outcome,
            "error": error,
            "seconds": round(time.monotonic() - started, 2),
            "peak_mb": peak_megabytes(),
        }
        print(json.dumps(line), flush=True)


def peak_megabytes() -> int:
    """Of this program alone: `ru_maxrss` begins with the peak of whoever has started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main()
