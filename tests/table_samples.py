"""Workbooks written part by part, so that a test can say exactly what stands in the file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of the parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in parts.items():
            writer.writestr(name, content)
    return stream.getvalue()


def cell(reference: str, text: str, style: int = 0) -> str:
    """A text, or with a style a number."""
    if style:
        return f'<c r="{reference}" s="{style}"><v>{text}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def xlsx(
    sheets: Mapping[str, str],
    formats: Sequence[str] = (),
    *,
    folder: str = "xl/worksheets",
    prolog: str = "",
    merged: Sequence[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook of `sheets`: name → the rows in XML. Style n shows the format n - 1."""
    listed, relations, parts = "", "", dict(extra or {})
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        listed += f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}"/>'
        relations += (
            f'<Relationship Id="r{number}" Type="{_DOCUMENT}/worksheet"'
            f' Target="/{folder}/s{number}.xml"/>'
        )
        areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
        parts[f"{folder}/s{number}.xml"] = (
            f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>'
            f"<mergeCells>{areas}</mergeCells></worksheet>"
        )
    codes = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode={quoteattr(code)}/>'
        for at, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(formats)))
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="0"/>'
        f'</cellStyleXfs><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>'
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_RELATIONS}">{relations}'
        f'<Relationship Id="st" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="b"'
        f' Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = "<Types/>"
    return archive(parts)


def row(number: int, *cells: str) -> str:
    """A row of cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def ods(tables: Mapping[str, str], *, prolog: str = "", manifest: str = "") -> bytes:
    """A workbook of LibreOffice: name → the rows in XML."""
    names = ["office:1.0", "style:1.0", "table:1.0", "text:1.0"]
    declared = " ".join(
        f'xmlns:{name.partition(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{name}"'
        for name in names
    )
    body = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {declared}>'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return archive({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
    })  # fmt: skip


def ods_row(*cells: str, repeated: int = 1) -> str:
    """A row of cells, `repeated` times."""
    start = f'<table:table-row table:number-rows-repeated="{repeated}">'
    return f"{start}{''.join(cells)}</table:table-row>"


def ods_cell(text: str = "", value: str | None = None, kind: str = "float", **more: int) -> str:
    """A cell that shows a text, and holds a value where one is given."""
    attributes = f' office:value-type="{kind}" office:value="{value}"' if value is not None else ""
    for name, count in more.items():
        attributes += f' table:number-{name.replace("_", "-")}="{count}"'
    shown = f"<text:p>{escape(text)}</text:p>" if text else ""
    return f"<table:table-cell{attributes}>{shown}</table:table-cell>"
