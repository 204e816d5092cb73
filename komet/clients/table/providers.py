"""The SQL of client providers."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from komet.clients.model import Outcome, Provider, ProviderCheck
from komet.db.database import Connection
from komet.errors import NotFound
from komet.formulas import standing
from komet.language import _
from komet.messages import Stored

_COLUMNS = (
    "id, name, system, token_id, location_id, location_name, komet_group, company_id, base_url,"
    " active, days_back, days_ahead, colour, created_at, updated_at"
)


def all_providers(con: Connection, *, inactive: bool = True) -> list[Provider]:
    """Every provider, by name; without the inactive ones if asked."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM providers ORDER BY lower(name)")
    return [p for row in rows if (p := Provider.model_validate(row)).active or inactive]


def provider_by_id(con: Connection, provider_id: str) -> Provider:
    """The provider of that ID. Raises `NotFound`."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM providers WHERE id = $id", {"id": provider_id})
    if not rows:
        raise NotFound(_("That client provider is not there any more."))
    return Provider.model_validate(rows[0])


def provider_by_name(con: Connection, name: str) -> Provider:
    """The provider of that name, ignoring case. Raises `NotFound`, which lists the names."""
    providers = all_providers(con)
    for provider in providers:
        if provider.name.casefold() == name.strip().casefold():
            return provider
    known = ", ".join(provider.name for provider in providers) or _("none yet")
    raise NotFound(
        _("There is no client provider “{name}”.").format(name=name),
        _("There are: {known}.").format(known=known),
    )


def choose(
    con: Connection, *, names: Sequence[str] = (), group: str | None = None, every: bool = False
) -> list[Provider]:
    """Providers by name, by Komet group, or every active one. Raises `NotFound` for none."""
    if names:
        found = [provider_by_name(con, name) for name in names]
    else:
        active = all_providers(con, inactive=False)
        key = (group or "").strip().casefold()
        found = [p for p in active if every or (p.komet_group or "").casefold() == key]
    if not found:
        raise NotFound(
            _("There is no active client provider in group “{group}”.").format(group=group)
            if group
            else _("There is no active client provider yet."),
            next_step=_("Add one on the Client providers page, or with `provider add`."),
        )
    return found


def with_token(con: Connection, token_id: str) -> list[Provider]:
    """The providers that a token is used for, by name."""
    return [provider for provider in all_providers(con) if provider.token_id == token_id]


def names_with_token(con: Connection, token_id: str) -> list[str]:
    """The names of the providers that a token is used for."""
    return [provider.name for provider in with_token(con, token_id)]


def replace(con: Connection, provider: Provider) -> Provider:
    """Store a provider, in the place of the one of its ID if there is one; no text is empty."""
    content = provider.model_dump()
    row = {name: value if value != "" else None for name, value in content.items()}
    con.run("DELETE FROM providers WHERE id = $id", {"id": provider.id})
    names = ", ".join(f"${name.strip()}" for name in _COLUMNS.split(","))
    con.run(f"INSERT INTO providers ({_COLUMNS}) VALUES ({names})", row)
    return provider_by_id(con, provider.id)


def update_base_url(con: Connection, provider_id: str, base_url: str | None) -> None:
    """Change where a provider is asked, and nothing else; None: where its token is sent."""
    con.run(
        "UPDATE providers SET base_url = $url WHERE id = $id", {"url": base_url, "id": provider_id}
    )


def save_check(con: Connection, check: ProviderCheck) -> None:
    """Keep what a check found, in the place of what the last one did."""
    forget_check(con, check.provider_id)
    con.run(
        "INSERT INTO provider_checks VALUES ($id, $at, $outcome, $orders, $code, $data)",
        {
            "id": check.provider_id,
            "at": check.checked_at,
            "outcome": check.outcome.value,
            "orders": check.orders,
            "code": check.failure.code if check.failure else None,
            "data": check.failure.data if check.failure else None,
        },
    )


def all_checks(con: Connection) -> list[ProviderCheck]:
    """What the last check of each provider found, where there was one."""
    return [
        ProviderCheck(
            provider_id=row["provider_id"],
            checked_at=row["checked_at"],
            outcome=Outcome(row["outcome"]),
            orders=row["orders"],
            failure=Stored(row["message_code"], row["message_data"])
            if row["message_code"]
            else None,
        )
        for row in con.rows("SELECT * FROM provider_checks")
    ]


def forget_check(con: Connection, provider_id: str) -> None:
    """What was found is of another token, address or location."""
    con.run("DELETE FROM provider_checks WHERE provider_id = $id", {"id": provider_id})


def find_shared_orders(
    con: Connection, pairs: Sequence[tuple[str, str]], numbers: int
) -> list[dict[str, Any]]:
    """one, other, orders, boxes, numbers: what two providers of a pair both hold and count.

    Boxes are without those that were cancelled, as figures are.

    It joins the tables of orders, because only their rows show it. `numbers`: the most PO numbers
    in a row.
    """
    frame = pl.DataFrame(pairs, schema={"one": pl.String, "other": pl.String}, orient="row")
    with con.tables(pairs=frame):
        return con.rows(
            "WITH twice AS (SELECT p.one, p.other, a.po_id, a.number FROM pairs p"
            " JOIN purchase_orders a ON a.provider_id = p.one AND a.gone_at IS NULL"
            " JOIN purchase_orders b ON b.provider_id = p.other AND b.gone_at IS NULL"
            " AND b.po_id = a.po_id),"
            " lines AS (SELECT provider_id, po_id, po_item_id, max(boxes) AS boxes"
            f" FROM order_items i WHERE gone_at IS NULL AND {standing('i')} GROUP BY ALL),"
            " sums AS (SELECT provider_id, po_id, sum(boxes) AS boxes FROM lines GROUP BY ALL)"
            " SELECT one, other, count(*) AS orders, coalesce(sum(s.boxes), 0) AS boxes,"
            f" list(number ORDER BY number)[1:{numbers}] AS numbers FROM twice"
            " LEFT JOIN sums s ON s.provider_id = twice.other AND s.po_id = twice.po_id"
            " GROUP BY one, other ORDER BY orders DESC"
        )
