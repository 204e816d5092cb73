"""Which rows an answer of Komet holds."""

from typing import Any

import pytest

from komet.api.methods import registry
from komet.catalogs.rows import find_rows

ROW = {"id": 1}


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ({"products": [ROW], "notes": [{"text": "a"}]}, [ROW]),
        ({"notes": [{"text": "a"}], "products": [ROW]}, [ROW]),
        ({"products": [], "notes": [{"text": "a"}]}, []),
        ({"items": [ROW]}, [ROW]),
        ({"status": 1, "names": ["a"]}, []),
    ],
)
def test_the_list_that_the_contract_names_comes_first(
    answer: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    spec = registry()["product.list"]
    assert spec.list_member == "products"
    assert find_rows(spec, answer) == rows
