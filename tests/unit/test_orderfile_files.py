"""Order files as bytes: old workbooks, encodings, delimiters, and what is no table at all."""

import base64
import io
import zipfile
import zlib
from datetime import date
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from orderfile_samples import HEADINGS, as_csv, problems, workbook, workbooks

from komet.ingest.sources.portal_file.file import read_order_file
from komet.ingest.sources.portal_file.problems import (
    EmptyFile,
    NotATable,
    OrderFileError,
    PasswordProtected,
)

ROWS = [
    ["PO #", "Ship Date", "Product", "Qty PO"],
    ["007", "2026-11-20", "Rosa “Niña” 50 cm", "3"],
    ["008", "2026-11-20", "two\nlines; a tab\t, a comma | and a bar", "1"],
]
# Made with xlwt, which nothing else here needs: a title, merged cells A4:A5, B4:B5 and C4:C5, a
# real date, numbers, and a total.
_OLD = (
    "c-rk)O-NKx6#m|y^P|p;rh*3YFtRd1CHmRe^sB3Mv|l2q(Rq~U%#%0M!WLzj%P447w2^Gl#%j|K{ZP9Wfl)ya1X{"
    "FeB^0z!U+12AZ*r`_feMWGJ?^>poO{ka_ug}V-g_@6%cjQe)J$U$wnD+Y9YE0nnM5hzG7(U{ZHuCt`zhHTmK6ei3"
    "S^OnhovukB8DQ~(~xmneMS`cK<Nku(P5?x{U2fn_aQEcKC}{*aE&A(RCBM&nf5YW!SohuK4Q9!B^Q{slJ1mr7?aV"
    "ChAqx2J|x$1T?nGxdu;QLB`v7LbFqrgT#~Z78n#<~@quMlQLC0<92C%YBV|~E590=cKqAqUOg0S>rcgn_9>-T(2f"
    "nzw`l;^8|E*jC$-m{xeZP_WDTs^Zmt_?ghJB1T$ta3(TopA6Vx8$(oJ9#S#gr)eZ3Cudr1kwNlT>1z`YPJ(2aHt0"
    "wCGshd!lbp-xbdov}|IQnK;>-q3W*8kRIzK^_^xqLs@h4=9VzfZKmUTN8e0b-`K48Cd*l3=xvr^B+R6~NeDGypP7"
    "jd1jV(%$4n&em?`D$S3)#_Fqg}C6Gmv9vo~j6?dgd{kFsQ#ua@iuv|5Z8HVup{$T$SIy)12Di}g&;ajPr2T*I`2b"
    "_nJ5u}Y`VHo`jRxwfACY+$^Ou31oCOXbneUH5B8KStM4d7^##RK>*G=osqgLQIgoct+4DHA+{n2t0_ox#S#H@0nK"
    "rba46Qh%+|Zxn;wc6Tu>sF%=pzk1k(BW(_eXS<aomEGHAE<T!;mHOHyMX*o_KuE_DD{KAjIeteF;!hQr!%Yu_>d<"
    "}18r%w10v3g8Wh5dxs`XW({J*bO3JRyD68EdvI@u;$8nP*S5t#aD|r)`zn4zk_#T-zF#@_VnbPSEME#&%W2eWDei"
    "a35u!AC+UMa9`;4M=r-*F`0Ck{6G*MJb3Wn!Gi}6%O2wOQRdGD@T-sJyhi(+|2lJ&=Dpt}|1G*<(vzW&%H2p&Zeg"
    "gP^-~2+a@&%YXyg7b6gWuUE%c*@`_W(U`lZhUY2kR5Y#8}-Tc}X~^M&;DFZ=%vYjpjF"
)
OLD = zlib.decompress(base64.b85decode(_OLD))


def old_shell(stream: str) -> bytearray:
    """The old workbook's shell, its first stream named so."""
    data = bytearray(OLD)
    at = data.index("Workbook".encode("utf-16-le"))
    name = stream.encode("utf-16-le")
    data[at : at + 64] = name.ljust(64, b"\x00")
    data[at + 64] = len(name) + 2
    return data


def test_an_old_workbook() -> None:
    file = read_order_file(OLD, "orders.xls")
    columns = ["row", "po_number", "ship_date", "product_description", "total_boxes"]
    assert file.lines.select(columns).rows() == [
        (4, "0071", date(2026, 11, 20), "Rosa Niña 50 cm", 3),
        (5, "0071", date(2026, 11, 20), "Rose Freedom 60 cm", 2),
    ]
    assert file.skipped["row"].to_list() == [1, 6]
    assert file.problems.is_empty()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_dialect(encoding: str, delimiter: str) -> None:
    file = read_order_file(as_csv(ROWS, delimiter).encode(encoding), "orders.csv")
    assert file.lines["po_number"].to_list() == ["007", "008"]
    assert file.lines["product_description"].to_list() == [row[2] for row in ROWS[1:]]
    assert file.problems.is_empty()


def test_titles_footer_and_excels_sep_line_in_csv() -> None:
    text = "sep=;\nFlores Uno;\n\nPO #;Ship Date;Product;Cost\n1;20/11/2026;Rose;0,35\nTotal;;;1\n"
    file = read_order_file(text.encode(), "orders.csv")
    assert file.lines.select("row", "po_number").rows() == [(4, "1")]
    assert file.skipped["row"].to_list() == [1, 5]


def test_a_table_that_begins_further_right_beside_an_empty_sheet() -> None:
    cells: list[list[Any]] = [[], [None, None, *HEADINGS], []]
    cells += [
        [None, None, "1", "Uno", date(2026, 11, 20), *[None] * 4, "Rose", "QB", 1.5, 25, "0,5"]
    ]
    data = workbooks({"Empty": ([], ()), "Orders": (cells, ())})
    file = read_order_file(data, "orders.xlsx")
    assert file.lines.select("row", "po_number", "total_boxes").rows() == [(4, "1", 1.5)]
    assert file.lines["unit_cost"][0] * 2 == 1


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        bytes(range(256)) * 20,
        b"PK\x03\x04 not a zip",
        workbook([["PO #"]])[:500],
        OLD[:2000],
        OLD[:512] + bytes(5000),
        OLD[:100],
        b"<html><table><tr><td>PO #</td></tr></table>",
        b'<?xml version="1.0"?><Workbook/>',
        b'PO #,Ship Date,Product\n1,2026-11-20,"Rose 5\n',
    ],
)
def test_what_is_no_table(data: bytes) -> None:
    with pytest.raises(NotATable) as caught:
        read_order_file(data, "orders.xls")
    assert caught.value.title
    assert caught.value.reason
    assert caught.value.next_step


def test_an_archive_of_something_else() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    with pytest.raises(OrderFileError):
        read_order_file(stream.getvalue(), "orders.xlsx")


def test_a_workbook_with_a_password() -> None:
    with pytest.raises(PasswordProtected) as caught:
        read_order_file(bytes(old_shell("EncryptedPackage")), "orders.xlsx")
    assert "without a password" in caught.value.next_step


def test_a_chain_that_runs_in_a_circle_is_refused_before_it_fills_the_memory() -> None:
    data = bytearray(OLD)
    table = 512 + int.from_bytes(data[76:80], "little") * 512
    data[table : table + 512] = bytes(512)
    with pytest.raises(NotATable):
        read_order_file(bytes(data), "orders.xls")


def test_a_stray_cell_in_the_last_corner_does_not_fill_the_memory() -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, "stray")
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(NotATable) as caught:
        read_order_file(stream.getvalue(), "orders.xlsx")
    assert caught.value.title == "The workbook is too big"


def test_a_chart_is_passed_over_and_a_hidden_sheet_comes_last() -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.create_chartsheet("Chart")
    for title, state in (("Hidden", "hidden"), ("Shown", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in ROWS if title == "Shown" else [*ROWS, *ROWS[1:]]:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    file = read_order_file(stream.getvalue(), "orders.xlsx")
    assert file.sheet == "Shown"
    assert file.lines.height == 2


def test_blank_cells_only() -> None:
    with pytest.raises(EmptyFile):
        read_order_file(workbook([["  ", "\u00a0"]]), "orders.xlsx")


def test_the_apostrophe_that_protects_a_formula_is_taken_off() -> None:
    rows = [ROWS[0], ["1", "2026-11-20", "'=Rose", "1"]]
    file = read_order_file(as_csv(rows).encode(), "orders.csv")
    assert file.lines["product_description"].to_list() == ["=Rose"]
    assert problems(file) == []
