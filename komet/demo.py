"""The main job on the sandbox: two sample importers, a mapping, a download, an Excel file."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from komet import permissions, time_zone
from komet.catalogs import lists as catalogs
from komet.clients.model import Provider, ProviderFields, TokenFields
from komet.clients.providers import add_provider, follow_sandbox, list_providers
from komet.clients.tokens import add_token, list_tokens
from komet.context import AppContext
from komet.dispatch.box_codes import Pattern, save_pattern, show_pattern
from komet.ingest.model import Run
from komet.ingest.plan import plan_days, plan_refresh
from komet.ingest.runs import start_run
from komet.language import _, _later
from komet.mapping import imports, products
from komet.permissions import Actor
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_VENDOR, SampleToken

if TYPE_CHECKING:
    from komet.sandbox.server import Sandbox

SYSTEM = _later("Sandbox (sample data)")
DAYS_BACK = 22
DAYS_AHEAD = 7


@dataclass(frozen=True)
class Sample:
    """One sample importer: its provider's name, its token, and how it is reached."""

    provider: str
    group: str
    location_id: str | None
    company_id: str
    token: SampleToken


SAMPLES = (
    Sample("Magnolia Imports", "Sample", None, "501", IMPORTER_A_COMPANY),
    Sample("Pétalo & Sons", "Sample", None, "502", IMPORTER_B_VENDOR),
)

PATTERNS = {"Magnolia Imports": Pattern("MAG-", 1, 10)}
"""The box codes of a sample importer; the other is left to be set by whoever tries it."""


def start_sandbox(ctx: AppContext) -> "Sandbox":
    """Start the sandbox on a free port and lead the sample providers to it."""
    from komet.sandbox.server import Sandbox

    sandbox = Sandbox().start()
    stored = [provider.id for provider in samples(list_providers(ctx))]
    follow_sandbox(ctx, permissions.SYSTEM, stored, sandbox.base_url)
    return sandbox


def samples(stored: list[Provider]) -> list[Provider]:
    """The sample providers among these."""
    return [provider for provider in stored if provider.system == SYSTEM]


def has_samples(ctx: AppContext) -> bool:
    """Whether sample providers are stored."""
    return bool(samples(list_providers(ctx)))


def add_samples(ctx: AppContext, actor: Actor, sandbox: "Sandbox") -> list[Provider]:
    """Add the sample tokens and providers where they are missing, and return the providers."""
    by_label = {token.label: token for token in list_tokens(ctx)}
    by_name = {provider.name: provider for provider in list_providers(ctx)}
    for sample in SAMPLES:
        kind = sample.token.kind.value
        label = f"{sample.provider} ({kind})"
        token = by_label.get(label) or add_token(
            ctx,
            actor,
            TokenFields(label=label, kind=kind, owner=sample.token.owner),
            SecretStr(sample.token.secret),
            duplicate_too=True,
        )
        if sample.provider not in by_name:
            fields = ProviderFields(
                name=sample.provider,
                system=SYSTEM,
                token_id=token.id,
                location_id=sample.location_id,
                komet_group=sample.group,
                company_id=sample.company_id,
                base_url=sandbox.base_url,
            )
            add_provider(ctx, actor, fields)
    return samples(list_providers(ctx))


def prepare(ctx: AppContext, actor: Actor, sandbox: "Sandbox") -> list[Provider]:
    """Everything before the download: tokens, providers, product lists, mapping, box codes.

    One sample has a Company token, so that lines can be confirmed and shipped; the other's Vendor
    token may not confirm, so that the list to do by hand can be tried.
    """
    chosen = add_samples(ctx, actor, sandbox)
    for provider in chosen:
        catalogs.refresh_daily_lists(ctx, actor, provider)
    import_sample_mapping(ctx, actor, chosen)
    for provider in chosen:
        pattern = PATTERNS.get(provider.name)
        if pattern and show_pattern(ctx, provider.id) is None:
            save_pattern(ctx, actor, provider.id, pattern)
    return chosen


@dataclass(frozen=True)
class Pass:
    """One of the downloads that fill the sample: a queued run, and what is called before it."""

    run: Run
    before: Callable[[], object] | None = None


def start_passes(
    ctx: AppContext, actor: Actor, sandbox: "Sandbox", chosen: list[Provider]
) -> tuple[Pass, Pass]:
    """Queue the thirty days, and then a refresh, before which the sandbox's orders move on.

    So there are changes to look at, and every later refresh, which begins with the same days, moves
    the orders on again.
    """
    first, _resumed = start_run(
        ctx, actor, plan_days(ctx, chosen, *window(ctx)), source="sample data"
    )
    second, _resumed = start_run(ctx, actor, plan_refresh(ctx, chosen), source="refresh")
    return Pass(first), Pass(second, sandbox.state.advance)


def window(ctx: AppContext) -> tuple[date, date]:
    """The thirty days that the sample download covers."""
    today = time_zone.today(ctx.now())
    return today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)


def sample_mapping(ctx: AppContext, chosen: list[Provider]) -> bytes:
    """A mapping file for most of the known products of the sample providers.

    Every tenth product is left out, so that there is something to map by hand.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["provider", "komet_product_id", "sku", "sku_description"])
    for provider in chosen:
        known = products.list_known(ctx, provider.id).sort("komet_id")
        for number, row in enumerate(known.rows(named=True)):
            if number % 10 and row["description"]:
                words = row["description"].upper().split()
                sku = "-".join(word[:4] for word in words if word.isalnum())
                writer.writerow(
                    [provider.name, row["komet_id"], sku, row["description"].capitalize()]
                )
    return out.getvalue().encode("utf-8-sig")


def import_sample_mapping(ctx: AppContext, actor: Actor, chosen: list[Provider]) -> int:
    """Import the sample mapping; returns how many products it mapped."""
    checked = imports.dry_run_file(ctx, sample_mapping(ctx, chosen), "sample-mapping.csv", None)
    if checked.to_apply.is_empty():
        return 0
    return imports.apply_import(ctx, actor, checked).written


def expected_totals(sandbox: "Sandbox", start: date, end: date) -> dict[str, Decimal]:
    """The sandbox's own totals over the sample importers, by figure, without what was cancelled."""
    sums: dict[str, Decimal] = {}
    for sample in SAMPLES:
        figures = sandbox.state.totals(
            sample.token.company, start, end, vendor_id=sample.token.vendor_id, cancelled=False
        )
        for name, value in figures.items():
            sums[name] = sums.get(name, Decimal(0)) + Decimal(str(value))
    return sums


def excel_totals(path: Path) -> dict[str, Decimal]:
    """The figures of the Total row of the Items sheet, under the sandbox's names for them."""
    from komet.tabular.file import read_table_file

    sheets = read_table_file(path.read_bytes(), path.name, len).sheets
    records = next(sheet.records for sheet in sheets if sheet.name == _("Items"))
    last = next(record for record in reversed(records) if record[:1] == [_("Total")])
    total = dict(zip(records[0], last, strict=False))
    named = {
        "boxes": _("Boxes"),
        "total_cost": _("Total cost"),
        "stems": _("Stems"),
        "fbe": _("FBE"),
    }
    return {name: Decimal(total.get(heading) or 0) for name, heading in named.items()}


def agree(expected: dict[str, Decimal], found: dict[str, Decimal]) -> bool:
    """Whether the totals of a file are the sandbox's own, to a tenth of a cent."""
    return all(abs(expected[name] - value) < Decimal("0.001") for name, value in found.items())


def sentence(found: dict[str, Decimal]) -> str:
    """Totals in words."""
    return _("{boxes:,.0f} boxes, {fbe:,.2f} FBE, {stems:,.0f} stems, {cost:,.2f} total").format(
        boxes=found["boxes"], fbe=found["fbe"], stems=found["stems"], cost=found["total_cost"]
    )
