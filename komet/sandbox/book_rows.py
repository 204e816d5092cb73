"""Rows of the books, and the items within them: found, added, taken out."""

from typing import Any

from komet.sandbox.books import Row
from komet.sandbox.call import Parameters, RefusalError

_NUMBERS = {"quantity", "boxes", "unitCost", "price"}


def given(parameters: Parameters) -> Row:
    """The parameters as members of a row, amounts as numbers."""
    return {
        name: number_in(value) if name in _NUMBERS else value for name, value in parameters.items()
    }


def number_in(value: str) -> Any:
    """The number in a parameter. Refuses anything else with 400."""
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        raise RefusalError(400, f"“{value}” is not a number.") from None


def found(row: Row | None) -> Row:
    """The row that was looked for. Refuses with 404 where there is none."""
    if row is None:
        raise RefusalError(404, "Not found: no record has that ID.")
    return row


def append(row: Row, item: Row, key: str = "prebookItemId", within: str = "details") -> Row:
    """A new item in a row, under an ID of its own."""
    items: list[Row] = row.setdefault(within, [])
    highest = max([0, *(int(one[key]) for one in items if str(one.get(key, "")).isdigit())])
    new = {**item, "id": highest + 1, key: max(int(row["id"]) * 100, highest) + 1}
    items.append(new)
    return new


def item_of(row: Row, key: str, wanted: str, within: str = "details") -> Row:
    """An item of a row by its ID. Refuses with 404 where there is none."""
    return found(next((one for one in row[within] if str(one.get(key)) == wanted), None))


def remove_item(row: Row, key: str, wanted: str, within: str = "details") -> Row:
    """Take an item out of a row."""
    item = item_of(row, key, wanted, within)
    row[within].remove(item)
    return item
