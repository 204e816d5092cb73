"""Searching by words, as people type them: over all fields, in any order, in both languages."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from sample_accounts import Downloaded

from komet.context import AppContext
from komet.orders import query
from komet.orders.filters import OrderFilter
from komet.orders.table import day_sums
from komet.orders.table.items import order_items

DAY, SEEN = date(2026, 11, 16), datetime(2026, 11, 16, 6, tzinfo=UTC)
PRODUCTS = {
    "rosa60": "Rosa Tibet 60cm",
    "rose40": "Rose Freedom Red 40 cm",
    "tall": "ROSE EXPLORER RED 160 CM",
    "spray": "Spray Rose Majolika Pink",
    "clavel": "CLAVEL SEÑORITA ROSA",
    "carnation": "Carnation Nobbio Red Fancy",
    "mini": "Mini Carnation Academy Cream",
    "pompon": "Pompón Button Green",
    "crisantemo": "CRISANTEMO SPIDER VERDE",
    "baby": "Baby's Breath Xlence",
    "nube": "Nube Overtime blanca",
    "hydrangea": "Hydrangea Natural Blue",
    "lily": "LILIES Stargazer",
    "mariposa": "Mariposa",
}
# what is searched for, and what it finds: keys of PRODUCTS
SEARCHES = {
    "rose 60": {"rosa60"},
    "60 ROSA": {"rosa60"},
    "tibet rosas": {"rosa60"},
    "rósé  réd": {"rose40", "tall"},
    "160": {"tall"},
    "roses": {"rosa60", "rose40", "tall", "spray", "clavel"},
    "clavel": {"clavel", "carnation", "mini"},
    "Carnations": {"clavel", "carnation", "mini"},
    "pink carnation": {"clavel"},
    "clavel rosa": {"clavel"},
    "mini clavel": {"mini"},
    "senorita": {"clavel"},
    "crisantemos": {"pompon", "crisantemo"},
    "pompon": {"pompon", "crisantemo"},
    "chrysanthemum green": {"pompon", "crisantemo"},
    "nube": {"baby", "nube"},
    "gypsophila white": {"nube"},
    "baby’s breath": {"baby", "nube"},
    "hortensia azul": {"hydrangea"},
    "hydrangeas": {"hydrangea"},
    "lirio": {"lily"},
    "buttons": {"pompon"},
    "P124": {"rosa60"},
    "p124000 tibet": {"rosa60"},
    "24000": {"rosa60"},
    "RT-W": {"rosa60"},
    "00123": {"rose40"},
    "bloom": {"rose40", "tall"},
    "bloom É 160": {"tall"},
    "bloomfield rosa mk-7": {"rose40"},
    "50009": {"hydrangea"},
    "5000": set(),  # of Komet's product ID only the whole
    "rose, 60": {"rosa60"},
    "rose blue": set(),
    "100% %_": set(),
    "rose' OR 1=1 --": set(),
}  # fmt: skip


@pytest.fixture
def stored(ctx: AppContext) -> AppContext:
    of = {
        "rosa60": {"po_number": "P124000"},
        "rose40": {"customer_name": "Bloomfield É", "mark_code": "MK-7"},
        "tall": {"customer_name": "BLOOM É", "mark_code": "MK-160"},
        "hydrangea": {"product_id": "50009"},
    }
    rows = [
        {
            "provider_id": "a", "po_id": key, "po_item_id": key, "slice_date": DAY,
            "ship_date": DAY, "item_no": 0, "mixed": False, "first_seen_at": SEEN,
            "changed_at": SEEN, "po_number": f"P9{at:02}", "product": name, "product_id": key,
            "product_folded": pl.Series([name]).str.to_lowercase().str.normalize("NFD")
            .str.replace_all(r"\p{M}", "").item(),
        }
        | of.get(key, {})
        for at, (key, name) in enumerate(PRODUCTS.items())
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=order_items())
    with ctx.db.write() as con:
        con.run("INSERT INTO providers (id, name) VALUES ('a', 'Magnolia')")
        for komet_id, code in (("rosa60", "RT-W-60"), ("rose40", "00123")):
            con.run(
                "INSERT INTO mappings (provider_id, kind, komet_id, code)"
                " VALUES ('a', 'product', $id, $code)",
                {"id": komet_id, "code": code},
            )
        con.insert("order_items", frame)
        day_sums.refresh(con, frame)
    return ctx


def test_words_are_found_in_any_field_and_language(stored: AppContext) -> None:
    found = {
        text: set(query.list_items(stored, OrderFilter(search=text))["po_item_id"].to_list())
        for text in SEARCHES
    }
    assert found == SEARCHES
    totals = {text: query.total_items(stored, OrderFilter(search=text)).items for text in SEARCHES}
    assert totals == {text: len(keys) for text, keys in SEARCHES.items()}


def test_the_apps_own_example_finds_sample_data(downloaded: Downloaded) -> None:
    accounts = downloaded(5, 9)
    found = query.list_items(accounts.ctx, OrderFilter(search="rose 60"), limit=10_000)
    assert found.height
    # Magnolia writes "Rose Tibet White 60 cm", Pétalo "ROSA TIBET BLANCO 60CM"
    assert set(found["provider"]) == {"Magnolia", "Pétalo"}
    assert all("60" in product for product in found["product"])


def test_a_search_is_in_the_address() -> None:
    chosen = OrderFilter(search="  rose 60 ")
    assert chosen.to_query() == {"search": ["rose 60"]}
    assert OrderFilter.from_query(chosen.to_query()) == chosen
