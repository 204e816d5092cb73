# ruff: noqa: E501  the traps read best one a line
"""Table files made to harm, the same ones for the same seed: `hostile_table(number)`.

Run as a program it reads one of them as a mapping file or as an order file and prints, as JSON,
what came of it, how long it took, and how far the process and its children grew.
"""

import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    _TESTS = Path(__file__).resolve().parent
    sys.path[:0] = [str(folder) for folder in (_TESTS.parent, _TESTS, _TESTS / "unit")]

import openpyxl
from table_samples import archive, cell, ods, ods_cell, ods_row, row, xlsx

HEADINGS = {
    "mapping": ["SKU", "Komet ID", "Description"],
    "orders": ["PO #", "Ship Date", "Product", "Qty PO", "Cost", "Customer"],
}
NAMES = ["codes.csv", "orders.xlsx", "old.xls", "table.ods", "noname", "x.pdf", "../../etc/x.xlsx"]


class Draw:
    """What is drawn for one input."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.kind = self.random.choice(list(HEADINGS))
        self.headings = HEADINGS[self.kind]

    def rows(self, count: int | None = None) -> list[list[str]]:
        """Clean rows under their headings."""
        pick = self.random
        body = [
            [
                pick.choice(["007", "A-8", "=1+1", "Ñandú", "'", '"', "x" * 300])
                for _ in self.headings
            ]
            for _ in range(pick.randrange(1, 40) if count is None else count)
        ]
        if self.kind == "orders":
            for line in body:
                line[1], line[3], line[4] = "2026-11-20", str(pick.randrange(9)), "0.35"
        return [self.headings, *body]

    def text(self, delimiter: str = ",") -> str:
        """They as a text."""
        return "".join(delimiter.join(line) + "\r\n" for line in self.rows())

    def sheet(self) -> str:
        """They as rows of a worksheet."""
        return "".join(
            row(at, *(cell(f"{chr(65 + place)}{at}", text) for place, text in enumerate(line)))
            for at, line in enumerate(self.rows(), start=1)
        )

    def workbook(self) -> bytes:
        """They as a workbook that a library wrote, or that we wrote."""
        if self.random.random() < 0.5:
            return xlsx({"S": self.sheet()})
        book = openpyxl.Workbook()
        for line in self.rows():
            book.active.append(line)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def any_file(self) -> bytes:
        """A good file of some kind."""
        from test_orderfile_files import OLD

        table = ods({"S": "".join(ods_row(*map(ods_cell, line)) for line in self.rows())})
        return self.random.choice([self.workbook(), OLD, table, self.text().encode()])


def truncated(draw: Draw) -> bytes:
    data = draw.any_file()
    return data[: draw.random.randrange(len(data))]


def flipped(draw: Draw) -> bytes:
    data = bytearray(draw.any_file())
    for _ in range(draw.random.choice([1, 3, 30, 300])):
        data[draw.random.randrange(len(data))] ^= 1 << draw.random.randrange(8)
    return bytes(data)


def overwritten(draw: Draw) -> bytes:
    data = bytearray(draw.any_file())
    at, length = draw.random.randrange(len(data)), draw.random.choice([4, 64, 600])
    data[at : at + length] = draw.random.choice([b"\x00", b"\xff", b"\x7f", b"<"]) * length
    return bytes(data)


def damaged_part(draw: Draw) -> bytes:
    """A part of a good workbook in which something is cut, doubled or exchanged."""
    parts: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(draw.workbook())) as book:
        for name in book.namelist():
            parts[name] = book.read(name)
    name = draw.random.choice(list(parts))
    data = bytes(parts[name])  # type: ignore[arg-type]
    at, until = sorted(draw.random.randrange(len(data) + 1) for _ in range(2))
    parts[name] = draw.random.choice(
        [data[:at], data[:at] + data[until:], data[:until] + data[at:], data[at:], data * 3]
    )
    if draw.random.random() < 0.2:
        del parts[name]
    return archive(parts)


def far_cell(draw: Draw) -> bytes:
    pick = draw.random
    reference = pick.choice(
        ["XFD1048576", " XFD1048576", "XFD 1048576", "XFD1048576 ", "$XFD$1048576", "xfd1048576",
         "ZZZ1048576", "AAAAA1", "A9999999999", "A0", "A-1", "XFD1", "A1048576", "XFE1", "1A", "",
         "A1:B2", "Ａ１", "A١"]
    )  # fmt: skip
    digits = "".join(sign for sign in reference if sign.isascii() and sign.isdigit()) or "9"
    number = pick.choice([digits, f" {digits}", "1048577", "-1", "0", "", "1e9", digits])
    far = f'<row{pick.choice([" ", "  ", chr(10)])}r = "{number}" ><c r\n= "{reference}"><v>1</v></c></row>'
    return xlsx(
        {"S": draw.sheet() + far}, folder=pick.choice(["xl/worksheets", "odd", "XL/w/../w"])
    )


def wide_or_long(draw: Draw) -> bytes:
    pick = draw.random
    width, height = pick.choice([(16_384, 300), (3, 200_000), (10_000, 50), (700, 6_000)])
    if pick.random() < 0.5:
        line = ",".join([*draw.headings, *["x"] * (width - len(draw.headings))])
        return ((line + "\n") * height).encode()[:30_000_000]
    cells = "<c><v>1</v></c>" * width
    return xlsx({"S": draw.sheet() + f"<row>{cells}</row>" * height})


def merged(draw: Draw) -> bytes:
    pick = draw.random
    areas = [
        pick.choice(["A1:XFD1048576", "A2:A1048576", "B2:B9", f"A{n + 2}:F{n + 9}", "A9:A2", "A1",
                     "A:A", "", "XFD1:XFD9"])
        for n in range(pick.choice([3, 300, 30_000]))
    ]  # fmt: skip
    return xlsx({"S": draw.sheet()}, merged=areas)


def laughing(draw: Draw) -> bytes:
    pick = draw.random
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {names[at + 1]} "{f"&{names[at]};" * 10}">' for at in range(len(names) - 1)
    )
    prolog = pick.choice([
        f'<!DOCTYPE x [<!ENTITY a "lol">{entities}]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ])  # fmt: skip
    text = pick.choice(["&j;", "&a;" * 10_000, "x"])
    if pick.random() < 0.5:
        cells = f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'
        return xlsx({"S": cells}, prolog=prolog)
    return ods({"S": f"<table:table-row><table:table-cell><text:p>{text}</text:p>"
                     "</table:table-cell></table:table-row>"}, prolog=prolog)  # fmt: skip


def bomb(draw: Draw) -> bytes:
    """Little that unpacks to much."""
    pick = draw.random
    size = pick.choice([40_000_000, 300_000_000])
    filler = pick.choice([b" ", b"x", b"<c/>", b"<c><v>1</v></c>", b"<r>", b"<row/>"])
    stream = io.BytesIO()
    good = xlsx({"S": draw.sheet()})
    with (
        zipfile.ZipFile(io.BytesIO(good)) as book,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for name in book.namelist():
            if not name.endswith("s1.xml"):
                out.writestr(name, book.read(name))
                continue
            head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            inside = pick.choice([b"<sheetData><row>", b"<sheetData>", b"<sheetData><row><c><v>"])
            with out.open(name, "w", force_zip64=True) as part:
                part.write(head + inside)
                block = filler * (1_000_000 // len(filler))
                for _ in range(size // len(block)):
                    part.write(block)
    return stream.getvalue()


def shared_string(draw: Draw) -> bytes:
    """One long text, referred to again and again; or references to none."""
    pick = draw.random
    long = "x" * pick.choice([100, 32_767, 1_000_000])
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    book = xlsx(
        {"S": f"<row>{'<c t=' + chr(34) + 's' + chr(34) + '><v>0</v></c>' * 900}</row>" * 100}
    )
    parts: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        for name in source.namelist():
            parts[name] = source.read(name)
    rels = bytes(parts["xl/_rels/workbook.xml.rels"]).decode()  # type: ignore[arg-type]
    target = pick.choice(
        ["sharedStrings.xml", "/xl/sharedStrings.xml", "../../x.xml", "workbook.xml"]
    )
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>",
        f'<Relationship Id="ss" Type="{kind}" Target="{target}"/></Relationships>',
    )
    parts["xl/sharedStrings.xml"] = f"<sst><si><t>{long}</t></si></sst>"
    return archive(parts)


def nested(draw: Draw) -> bytes:
    """An archive in an archive, many parts, deep XML, or two parts of one name."""
    pick = draw.random
    choice = pick.randrange(4)
    if choice == 0:
        data = draw.workbook()
        for depth in range(pick.randrange(1, 8)):
            data = archive({f"xl/{depth}.xlsx": data, "xl/workbook.xml": data})
        return data
    if choice == 1:
        return archive({f"xl/worksheets/{n}.xml": "<x/>" for n in range(pick.choice([10, 20_000]))})
    if choice == 2:
        depth = pick.choice([100, 100_000, 2_000_000])
        return xlsx({"S": "<row>" * depth})
    stream = io.BytesIO(draw.workbook())
    with zipfile.ZipFile(stream, "a") as book:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


def odd_relations(draw: Draw) -> bytes:
    pick = draw.random
    good = xlsx({"S": draw.sheet()})
    parts: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(good)) as book:
        for name in book.namelist():
            parts[name] = book.read(name)
    name = pick.choice(["xl/_rels/workbook.xml.rels", "_rels/.rels"])
    text = bytes(parts[name]).decode()  # type: ignore[arg-type]
    new = pick.choice(["../../../../etc/passwd", "/", "", "workbook.xml", "http://127.0.0.1/x", "\\x\\y",
                       "a" * 70_000, "%2e%2e/x", "../" * 5_000 + "xl/workbook.xml"])  # fmt: skip
    old = pick.choice(["/xl/worksheets/s1.xml", "styles.xml", "xl/workbook.xml"])
    parts[name] = text.replace(old, new)
    return archive(parts)


def formats(draw: Draw) -> bytes:
    pick = draw.random
    codes = [
        pick.choice(["0" * 100_000, '"' * 999, "\\", "[" * 5_000, ";" * 5_000, "[<1]0", "General;" * 99,
                     "0" * 50 + '"x"' * 5_000, "d" * 9_999, "_", "*", "", "?" * 3_000])
        for _ in range(20)
    ]  # fmt: skip
    numbers = [
        "1",
        "-0",
        "1e308",
        "1e999",
        "NaN",
        "-1e-308",
        "1_0",
        "0x1",
        "9" * 4_000,
        "",
        "٣",
        ".",
    ]
    cells = "".join(
        f'<c s="{pick.choice([-1, 0, 3, 19, 20, 21, 99_999])}"><v>{pick.choice(numbers)}</v></c>'
        for _ in range(200)
    )
    return xlsx({"S": draw.sheet() + f"<row>{cells}</row>" * 20}, codes)


def hostile_ods(draw: Draw) -> bytes:
    pick = draw.random
    many = pick.choice(["1048576", "16384", "999999999", "9" * 40, "-1", "x", "0", "1e9", "٣"])
    text = pick.choice(["x", "", "x" * 100_000])
    cells = (
        f'<table:table-cell table:number-columns-repeated="{many}"><text:p>{text}'
        f'<text:s text:c="{many}"/></text:p></table:table-cell>'
    )
    rows = f'<table:table-row table:number-rows-repeated="{many}">{cells}</table:table-row>'
    head = ods_row(*map(ods_cell, draw.headings))
    inner = pick.choice([rows, rows * 100, f"<table:table-row><table:table-cell><table:table>{rows}",
                         f'<table:table-row><table:table-cell table:number-rows-spanned="{many}"/>'
                         "</table:table-row>" + rows])  # fmt: skip
    return ods({"S": head + inner})


def web_page(draw: Draw) -> bytes:
    rows = "".join(
        f"<tr>{''.join(f'<td>{text}</td>' for text in line)}</tr>" for line in draw.rows()
    )
    return draw.random.choice(
        [f"<html><table>{rows}</table></html>", f"\n <!DOCTYPE html><table>{rows}", f"<table>{rows}",
         '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
         "MIME-Version: 1.0\n\n" + rows]
    ).encode()  # fmt: skip


def odd_text(draw: Draw) -> bytes:
    pick = draw.random
    text = draw.text(pick.choice([",", ";", "\t", "|", "\x1f", ":", ", "]))
    encoding = pick.choice(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32", "cp037",
         "mac-roman", "cp850", "utf-7"]
    )  # fmt: skip
    data = bytearray(text.encode(encoding, "replace"))
    for _ in range(pick.choice([0, 0, 1, 5])):
        data[pick.randrange(len(data))] = pick.choice([0, 0x81, 0xFF, 0xFE, 0xD8, 0x1A, 0x22, 0x0D])
    return bytes(data[pick.choice([0, 0, 1]) :])


def endless_text(draw: Draw) -> bytes:
    pick = draw.random
    head = ",".join(draw.headings) + "\n"
    size = pick.choice([1_000_000, 20_000_000])
    filler = pick.choice(
        [
            '"',
            ",",
            "\n",
            "\r",
            'x"',
            '",',
            "x",
            "\U0001f339",
            "\u200b",
            ";\n",
            '"\n',
            "a,",
            "sep=;\n",
        ]
    )
    return (head + filler * (size // len(filler.encode()))).encode()


def many_headings(draw: Draw) -> bytes:
    pick = draw.random
    count = pick.choice([8_000, 16_384, 16_385, 60_000])
    name = pick.choice(["x", draw.headings[0], draw.headings[1], "", "x\n", "row"])
    names = [*draw.headings, *[f'"{name}"'] * (count - len(draw.headings))]
    return (",".join(names) + "\n" + draw.text() * 3).encode()


def formulas(draw: Draw) -> bytes:
    pick = draw.random
    texts = ["=cmd|' /C calc'!A0", "=HYPERLINK(1)", "@SUM(1)", "+1", "-1", "'=1", "\t=1", "x" * 40_000,
             "<script>", "{n}", "%s", "\\N", "NULL", "\ud83c\udf39", "\u202eabc", "a\x0bb", "{}{0}"]  # fmt: skip
    lines = [draw.headings] + [
        [
            pick.choice(texts).encode("utf-16", "surrogatepass").decode("utf-16")
            for _ in draw.headings
        ]
        for _ in range(30)
    ]
    return "".join(
        ",".join('"' + text.replace('"', '""') + '"' for text in line) + "\n" for line in lines
    ).encode()


def junk(draw: Draw) -> bytes:
    pick = draw.random
    start = pick.choice([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7", b"\x89PNG", b"",
                         b"\xff\xfe", b"\x1f\x8b\x08", b"Rar!", b"7z\xbc\xaf", b"\x09\x08"])  # fmt: skip
    return start + pick.randbytes(pick.choice([0, 10, 600, 5_000, 2_000_000]))


KINDS: list[Callable[[Draw], bytes]] = [
    truncated, flipped, overwritten, damaged_part, far_cell, wide_or_long, merged, laughing, bomb,
    shared_string, nested, odd_relations, formats, hostile_ods, web_page, odd_text, endless_text,
    many_headings, formulas, junk,
]  # fmt: skip


def hostile_table(number: int) -> tuple[bytes, str, str, str]:
    """The bytes, a file name, "mapping" or "orders" (its headings), and the kind of trap."""
    draw = Draw(number)
    make = KINDS[number % len(KINDS)]
    return make(draw), draw.random.choice(NAMES), draw.kind, make.__name__


def main() -> None:
    """Read inputs by number, one line of JSON each."""
    import resource

    from komet.errors import AppError
    from komet.ingest.sources.portal_file.file import read_order_file
    from komet.mapping.file import read_mapping

    readers = {"mapping": read_mapping, "orders": read_order_file}

    def peak(who: int) -> int:
        return resource.getrusage(who).ru_maxrss * 1024

    for number in map(int, sys.argv[1:]):
        data, name, _kind, trap = hostile_table(number)
        for reader, read in readers.items():
            before = _resident()
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
            start = time.perf_counter()
            try:
                read(data, name)
                end = "result"
            except AppError as error:
                complete = error.title and error.reason and error.next_step
                end = "sentence" if complete else "half a sentence"
            except BaseException as error:
                end = f"{type(error).__name__}: {error}"
            seconds = time.perf_counter() - start
            print(json.dumps({
                "number": number, "trap": trap, "reader": reader, "end": end, "seconds": seconds,
                "grown": _resident("VmHWM") - before, "child": peak(resource.RUSAGE_CHILDREN),
                "bytes": len(data),
            }), flush=True)  # fmt: skip


def _resident(name: str = "VmRSS") -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) * 1024


if __name__ == "__main__":
    main()
