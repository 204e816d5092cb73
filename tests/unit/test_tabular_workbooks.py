"""Workbooks of every kind: what is shown, where it stood, and which sheet has the table."""

import base64
import zlib

import pytest
from table_samples import cell, ods, ods_cell, ods_row, row, xlsx

from komet.ingest.sources.portal_file.file import read_order_file
from komet.mapping.file import read_mapping
from komet.mapping.model import MappingFile
from komet.tabular.errors import NotATable, PasswordProtected, TableError, TableTooBig
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet, TableFile

# Made with xlwt, which nothing else here needs: a sheet without codes, then SKU, Komet ID and
# Komet description; 123 as 00000, 7 as "SKU-"000, 9 as [<100]00;000, A5:A6 merged.
_OLD = (
    "c-rk)O=uHA6#izj+a|G1ll};;5JJGJwS^Qfg4SsLDYdjzMHGL~wh3*hCMC^94_d7`3W6uaOQ9-Ws$TrTAN1y-P|<"
    "@RC~ZX#3W8L@L)-Pu+ui=e2o2Oib-yrg-@N(W&g{(FH<Nui;u{^fTQP<VY=HyQx(j)8Y=Vl*s(3-|x-M1g>ZGFES"
    "XOX3X(978JSrT{muo23dkhNhsLx3P<5Z5I2Q7(sG_ZuI=P|SiIfgo+QtT<XM#Y129#=8T4wfY>Z!`BX%dKp=$g+;"
    "Oqv8-o!Yx%B%{V@&1i8&aQs6%Oyk$!*%J4$Q@!3nl;A+^GjJ2Kke;fR20R}<Q(GZPCld|r{b!tRN!moO8L#Bn`zN"
    "Y;(LALmC69vHG&9$M>(NJg;8Ank{u{DSvdI0!tC6Q+V+rG4R0kZ#`Z_odO-AT)w&F+Gl)$XQ1$Yx(b;gD&+tf)XA"
    "^y5OlfoTet301bJlxb3JX%wN6x1M}#pNPad6TOqDmodkMVk@3Vb;aVHfv#vW>HsMAX!mJKoQ$RdjXQjn8j1FHBx6"
    "0PSRziO=9*f!+`>5JdFQ3PLQVt)BqP+d)P0-|yfg`ux4yk<Zf^}AV@n@zbH--4T0R7HoRc2p?3rmXWEFd?XL+9Qx"
    "{CD*mZkJ8bggVHGnHNa%(=j=mDJA$#_RB!Ir>`C(_i*H@TWh7*O5NdFm}3h=uLP4L0Xsy`O9BFsztT9dPU-4*t!Z"
    "cZN6h!{#y!lDqeH!y1C;QVG3?mea5jsDaJiXr4&1hrI=OYAmUiYv+Bq?tMZABnl(E{O`)2@^cGy7^?pJ<3f=_23f"
    "ar<66r0ON*1OuD}L_nJuIdp3sc(4XpSUve1@rJFy;7E=16%)adSHG;gdO9Erb7*=2J5xNU}9%f2P_;x|1MpZ8o-$"
    "Ew*gfuwlc74I7IJ<7i<VtW@)OoyX^H<Gaojm1+Ak$v=y|NYF1u|IT(IPS+$(<rF_Fp$Y3=Vu3!^_d<yS)O!-$Xy<"
    "Ws=N!LuycKhwXTgr%#e0Qv?SDF#asK80e*r{4H9P"
)
OLD = zlib.decompress(base64.b85decode(_OLD))


def read(data: bytes, name: str = "table") -> TableFile:
    return read_table_file(data, name, lambda _records: 0)


def sheet(rows: str, *formats: str) -> Sheet:
    return read(xlsx({"S": rows}, formats)).sheets[0]


def codes(file: MappingFile) -> list[tuple[int, str | None, str | None]]:
    return file.rows.select("row", "sku", "komet_product_id").rows()


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("123", "00000", "00123"),
        ("1234567", "00000", "1234567"),
        ("0", "0000", "0000"),
        ("-5", "000", "-005"),
        ("-5", "000;(000)", "(005)"),
        ("7", '"SKU-"000', "SKU-007"),
        ("7", "\\A000", "A007"),
        ("123456", "000-000", "123-456"),
        ("12", "[Red]0000", "0012"),
        ("12", "0000_)", "0012"),
        ("5", '0" cajas"', "5 cajas"),
        # how a figure is written is no other code
        ("1234", "#,##0", None),
        ("1234", "0", None),
        ("1234", "0.00", None),
        ("0.5", "00000", None),
        ("12", "0%", None),
        ("12", "General", None),
    ],
)
def test_a_number_as_its_format_shows_it(number: str, code: str, shown: str | None) -> None:
    found = sheet(row(1, cell("A1", number, 1)), code)
    assert found.records == [[number]]
    assert found.as_shown() == [[number if shown is None else shown]]
    assert found.number_cells([0]) == {0: frozenset({0})}


def test_a_format_that_is_chosen_by_a_condition_is_a_warning_on_codes_alone() -> None:
    rows = row(1, cell("A1", "SKU"), cell("B1", "Komet ID"), cell("C1", "Cajas"))
    rows += row(2, cell("A2", "9", 1), cell("B2", "12"), cell("C2", "9", 1))
    file = read_mapping(xlsx({"S": rows}, ["[<100]00;000"]), "m.xlsx")
    assert codes(file) == [(2, "9", "12")]
    assert file.problems.select("row", "column", "severity").rows() == [(2, "SKU", "warning")]


def test_days_and_times() -> None:
    rows = row(1, cell("A1", "46346", 1), cell("B1", "46346.5", 1), cell("C1", "0.25", 2),
               cell("D1", "1.5", 3), cell("E1", "46346", 4), cell("F1", "-1", 1))  # fmt: skip
    found = sheet(rows, "dd/mm/yyyy", "h:mm", "[h]:mm", '"d"0')
    # 20 November 2026 is day 46,346 by Excel's own count
    assert found.records[0][:3] == ["2026-11-20 00:00:00", "2026-11-20 12:00:00", "06:00:00"]
    assert found.as_shown()[0][4:] == ["d46346", "-1"]
    assert found.number_cells([0, 4]) == {0: frozenset(), 4: frozenset({0})}


def test_kinds_of_cells() -> None:
    cells = [
        '<c t="b"><v>1</v></c>',
        '<c t="e"><v>#REF!</v></c>',
        '<c t="str"><f>A1&amp;"x"</f><v>x</v></c>',
        '<c t="d"><v>2026-11-20T10:00:00</v></c>',
        "<c><v>1.0E+20</v></c>",
        "<c><v>0.30000000000000004</v></c>",
        '<c t="inlineStr"><is><r><t>two </t></r><r><t>looks_x000D_</t></r><rPh><t>no</t></rPh>'
        "</is></c>",
    ]
    rows = f"<row>{''.join(cells)}</row>"
    assert sheet(rows).records == [[
        "true", "#REF!", "x", "2026-11-20 10:00:00", "1" + "0" * 20, "0.3", "two looks\r",
    ]]  # fmt: skip


def test_rows_know_where_they_stood() -> None:
    found = sheet(row(2, cell("C2", "x")) + row(5, cell("A5", "y"), cell("B5", "")))
    assert found.records == [[], ["", "", "x"], [], [], ["y"]]


def test_sheets_are_found_by_the_relations_of_the_workbook() -> None:
    data = xlsx({"One": row(1, cell("A1", "x")), "Two": row(1, cell("A1", "y"))}, folder="odd/Ü")
    assert [(found.name, found.records) for found in read(data).sheets] == [
        ("One", [["x"]]), ("Two", [["y"]]),
    ]  # fmt: skip


def test_the_table_of_a_mapping_on_the_second_sheet_is_taken_and_named() -> None:
    table = row(1, cell("A1", "SKU"), cell("B1", "Komet ID")) + row(
        2, cell("A2", "A"), cell("B2", "1")
    )
    notes = row(1, cell("A1", "Read me"))
    file = read_mapping(xlsx({"Notes": notes, "Codes": table}), "m.xlsx")
    assert codes(file) == [(2, "A", "1")]
    assert file.sheet == "Codes"
    assert any("“Codes”" in note for note in file.notes)
    file = read_mapping(xlsx({"Codes": table, "Old": table}), "m.xlsx")
    assert file.sheet == "Codes"
    assert any("“Old” was not" in note for note in file.notes)


def test_a_damaged_sheet_is_named_beside_a_good_one() -> None:
    good = row(1, cell("A1", "SKU"), cell("B1", "Komet ID")) + row(
        2, cell("A2", "A"), cell("B2", "1")
    )
    file = read_mapping(xlsx({"Bad": "<row><c><v>x</v></row>", "Good": good}), "m.xlsx")
    assert codes(file) == [(2, "A", "1")]
    assert any("“Bad”" in note for note in file.notes)


def test_an_old_workbook_as_a_mapping() -> None:
    file = read_mapping(OLD, "m.xls")
    assert codes(file) == [
        (2, "00123", "1234"), (3, "SKU-007", "55"), (4, "9", "56"), (5, "M-1", "57"),
        (6, "M-1", "58"),
    ]  # fmt: skip
    assert file.sheet == "Códigos"
    assert file.problems.select("row", "column").rows() == [(4, "SKU")]


def test_ods_as_a_mapping() -> None:
    rows = (
        ods_row(ods_cell("Our codes"))
        + ods_row(repeated=2)
        + ods_row(ods_cell("SKU"), ods_cell("Komet ID"))
        + ods_row(ods_cell("00123", "123"), ods_cell("1,234", "1234"))
        + ods_row(ods_cell("M-1", rows_spanned=2, columns_spanned=1), ods_cell("5.00", "5"))
        + ods_row("<table:covered-table-cell/>", ods_cell("6", "6"))
        + ods_row(ods_cell(columns_repeated=16_384), repeated=1_048_569)
    )
    file = read_mapping(ods({"Tabla": rows}), "m.ods")
    assert codes(file) == [(5, "00123", "1234"), (6, "M-1", "5"), (7, "M-1", "6")]
    assert file.problems.is_empty()


def test_ods_as_an_order_file() -> None:
    headings = ["PO #", "Ship Date", "Product", "Qty PO", "Customer"]
    day = ('<table:table-cell office:value-type="date" office:date-value="2026-11-20">'
           "<text:p>20.11.26</text:p></table:table-cell>")  # fmt: skip
    rows = (
        ods_row(*map(ods_cell, headings))
        + ods_row(ods_cell("0071", "71"), day, ods_cell("Rose"), ods_cell("1.234,00", "1234"),
                  ods_cell("Rosas", rows_spanned=2))
        + ods_row(ods_cell("0071", "71"), day, ods_cell("Lily"), ods_cell("2", "2"),
                  "<table:covered-table-cell/>")
    )  # fmt: skip
    file = read_order_file(ods({"Orders": rows}), "orders.ods")
    columns = ["row", "po_number", "product_description", "total_boxes", "customer_name"]
    assert file.lines.select(columns).rows() == [
        (2, "0071", "Rose", 1234, "Rosas"), (3, "0071", "Lily", 2, "Rosas"),
    ]  # fmt: skip
    assert [str(found) for found in file.lines["ship_date"]] == ["2026-11-20"] * 2
    assert file.problems.is_empty()


def test_codes_of_orders_are_as_shown_and_figures_as_stored() -> None:
    headings = ["PO #", "Ship Date", "Product", "Qty PO", "Mark Code"]
    top = row(
        1, *(cell(f"{letter}1", text) for letter, text in zip("ABCDE", headings, strict=True))
    )
    line = row(2, cell("A2", "71", 1), cell("B2", "2026-11-20"), cell("C2", "Rose"),
               cell("D2", "3", 2), cell("E2", "7", 1))  # fmt: skip
    file = read_order_file(xlsx({"S": top + line}, ["00000", '0" cajas"']), "orders.xlsx")
    assert file.lines.select("po_number", "total_boxes", "mark_code").rows() == [
        ("00071", 3, "00007")
    ]


@pytest.mark.parametrize("reference", ["XFD1048576", "A100000"])
def test_a_far_cell_written_with_spaces_is_no_way_round_the_limits(reference: str) -> None:
    number = reference.lstrip("AXFD")
    far = f'<row r="{number}"><c r = "{reference} " ><v>1</v></c></row>'
    spaced = f'<row r="{number}"><c r = "{reference}" ><v>1</v></c></row>'
    with pytest.raises(NotATable, match="cannot be opened"):
        read(xlsx({"S": row(1, cell("A1", "x")) + far}))
    if reference.startswith("X"):
        with pytest.raises(TableTooBig, match="too big"):
            read(xlsx({"S": row(1, cell("A1", "x")) + spaced}, folder="elsewhere"))
    else:
        assert len(read(xlsx({"S": spaced}, folder="elsewhere")).sheets[0].records) == 100_000


_LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a "lol">'
for _at, _name in enumerate("abcdefgh"):
    _LAUGHS += f'<!ENTITY {"bcdefghi"[_at]} "{f"&{_name};" * 10}">'
_LAUGHS += "]>"


@pytest.mark.parametrize(
    "data",
    [
        xlsx({"S": row(1, cell("A1", "x"))}, prolog=_LAUGHS),
        ods({"S": ods_row(ods_cell("x"))}, prolog=_LAUGHS),
        xlsx({"S": row(2, cell("A2", "x")) + row(1, cell("A1", "y"))}),
        xlsx({"S": row(1, cell("A2", "x"))}),
        xlsx({"S": '<row r="1"><c r="A1" t="s"><v>99</v></c></row>'}),
        xlsx({"S": row(1, cell("A1", "x"))}, extra={"_rels/.rels": "<a/>", "x/y.xml": ""})[:-40],
        ods({"S": ods_row(ods_cell("x", columns_repeated=-1))}),
    ],
)
def test_damage_is_a_sentence(data: bytes) -> None:
    with pytest.raises(NotATable) as caught:
        read(data, "theirs")
    assert "theirs" in caught.value.reason


@pytest.mark.parametrize(
    "data",
    [
        xlsx({"S": "".join(row(n, cell(f"XFD{n}", "x")) for n in range(1, 400))}),
        ods({"S": ods_row(ods_cell("x", columns_repeated=9_999_999))}),
        ods({"S": ods_row(ods_cell("x", columns_repeated=1_000), repeated=1_000_000)}),
        xlsx({"S": row(1, cell("A1", "x"))}, merged=["A1:A2"] * 200_001),
    ],
)
def test_too_much_is_a_sentence(data: bytes) -> None:
    with pytest.raises(TableTooBig) as caught:
        read(data)
    assert caught.value.next_step


def test_an_encrypted_ods() -> None:
    with pytest.raises(PasswordProtected):
        read(ods({"S": ""}, manifest="<encryption-data/>"))


def test_a_workbook_that_takes_too_long_is_stopped() -> None:
    from komet.tabular.file import read_workbook

    with pytest.raises(TableError, match="too long"):
        read_workbook(xlsx({"S": row(1, cell("A1", "x"))}), "slow.xlsx", seconds=0.0)
