"""The rows of an answer: as objects, as a table to look at, and as typed columns."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from komet.api.methods import Method
from komet.api.models import BoxType, Product
from komet.catalogs.table import BOX_TYPE_COLUMNS, PRODUCT_COLUMNS


def find_rows(spec: Method, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of the list that the contract names, else of the first list of objects there is.

    Empty where the named list is, and where there is none.
    """
    value = answer.get(spec.list_member or "")
    for found in (value,) if value == [] else (value, *answer.values()):
        if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
            return found
    return []


def find_listed_rows(spec: Method, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of the list that the contract names, and of no other; only the objects of it."""
    value = answer.get(spec.list_member or "")
    found = [value] if isinstance(value, dict) else value
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def table_of(spec: Method, answer: dict[str, Any]) -> pl.DataFrame:
    """Every member of the rows as a String column, in the order in which they turn up.

    An answer without rows becomes one row of its own members.
    """
    return table_of_rows(find_rows(spec, answer) or [answer])


def table_of_rows(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Every member of the rows as a String column, in the order in which they turn up."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [_text(row.get(name)) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def product_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """The products of these objects, with `PRODUCT_COLUMNS`, the last of an ID."""
    return pl.DataFrame(
        [
            {
                "product_id": product.id,
                "description": product.description,
                "legacy_code": product.legacy_code,
                "category": product.category,
                "variety": product.variety,
                "color": product.color,
                "grade": product.grade,
                "active": product.active,
                "extra": _extra(product),
            }
            for product in map(Product.model_validate, rows)
            if product.id
        ],
        schema=PRODUCT_COLUMNS,
    ).unique("product_id", keep="last", maintain_order=True)


def box_type_frame(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """The box types of these objects, with `BOX_TYPE_COLUMNS`, the last of a code."""
    return pl.DataFrame(
        [
            {"code": box.code.upper(), "fbe": box.fbe, "extra": _extra(box)}
            for box in map(BoxType.model_validate, rows)
            if box.code
        ],
        schema=BOX_TYPE_COLUMNS,
    ).unique("code", keep="last", maintain_order=True)


def _extra(row: Product | BoxType) -> str | None:
    known = {
        key: value
        for key, value in (
            ("divisionId", getattr(row, "division_id", None)),
            ("divisionDescription", getattr(row, "division_description", None)),
            ("tags", getattr(row, "tags", None)),
            ("kometNetworkId", getattr(row, "komet_network_id", None)),
            ("kometNetworkName", getattr(row, "komet_network_name", None)),
        )
        if value is not None
    }
    extra = {**known, **row.extra}
    return json.dumps(extra, default=str, ensure_ascii=False) if extra else None
