"""`mapping`: what the SKU mapping page does."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from komet.cli import session
from komet.cli.output import Json, err, say, say_json, warn
from komet.clients.providers import find_provider, list_providers
from komet.context import AppContext, open_context
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.mapping import imports, products
from komet.mapping.cells import write_bad_rows_csv
from komet.replacing import replacing

mapping = App(name="mapping")
_SHOWN = 20


@mapping.command(name="import")
def import_file(
    file: Path,
    /,
    *,
    provider: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    bad_rows: Path | None = None,
    offline: Annotated[bool, Parameter(negative="")] = False,
    json: Json = False,
) -> int:
    """Import a CSV or Excel file of SKUs. Exit 1 when rows are in error; the others are written.

    Parameters
    ----------
    file
        The file; its format, encoding and headings are recognised.
    provider
        The client of rows that name none.
    dry_run
        Say what would change, and write nothing.
    bad_rows
        Write the rows in error to this CSV file, each with its reason.
    offline
        Do not fetch the product list of a client that has none yet.
    """
    ctx = open_context()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read.").format(name=file.name), error.strerror or ""
        ) from error
    provider_id = _provider_id(ctx, provider)
    lists = (
        [] if offline else products.find_missing_lists_for_file(ctx, data, file.name, provider_id)
    )
    not_fetched: dict[str, str] = {}
    if lists:
        left_out = _("--offline leaves it out.")
        warn(f"{products.announce_lists(lists)} {left_out}")
        not_fetched = products.fetch_lists(ctx, session.actor(), lists)
    checked = imports.dry_run_file(ctx, data, file.name, provider_id)
    if bad_rows:
        _write_whole(bad_rows, write_bad_rows_csv(checked))
    done = None if dry_run else imports.apply_import(ctx, session.actor(), checked)
    overtaken = done.messages() if done else []
    for message in (*not_fetched.values(), *checked.notes, *overtaken):
        warn(message)
    counts = dict(checked.counts)
    if json:
        problems = checked.problems.to_dicts()
        say_json(
            {
                "dry_run": dry_run,
                "counts": counts,
                "notes": list(checked.notes),
                "lists_not_fetched": not_fetched,
                "overtaken": done.overtaken.to_dicts() if done else [],
                "problems": problems,
            }
        )
    else:
        verb = _("Would be written") if dry_run else _("Written")
        say(
            _("{verb}: {new} new, {changed} changed. {unchanged} unchanged, {skipped} without a"
              " SKU, {error} in error.").format(verb=verb, **counts)
        )  # fmt: skip
        if counts["unknown"]:
            unknown = _n(
                "{verb} too: {n} with a product ID that the importer's list does not have.",
                "{verb} too: {n} with product IDs that the importer's list does not have.",
                counts["unknown"],
            )
            say(unknown.format(verb=verb, n=counts["unknown"]))
        for problem in checked.problems.head(_SHOWN).iter_rows(named=True):
            where = _("Row {row}").format(row=problem["row"])
            column = f", {problem['column']}" if problem["column"] else ""
            warn(f"{where}{column}: {problem['reason']}")
        if checked.problems.height > _SHOWN:
            more = checked.problems.height - _SHOWN
            err.print(_("… and {more} more; --bad-rows FILE gives all.").format(more=more))
    return 1 if counts["error"] or overtaken else 0


@mapping.command(name="export")
def export_file(out: Path, /, *, provider: str | None = None) -> int:
    """Write every known product with its SKU as CSV, in the form that can be imported again."""
    ctx = open_context()
    provider_id = _provider_id(ctx, provider)
    chosen = [provider_id] if provider_id else [p.id for p in list_providers(ctx)]
    _write_whole(out, imports.export_mapping(ctx, session.actor(), chosen))
    say(_("Wrote {path}.").format(path=out))
    return 0


def _write_whole(target: Path, data: bytes) -> None:
    """Write a file complete or not at all. Raises `InvalidInput`."""
    try:
        with replacing(target) as part:
            part.write_bytes(data)
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be written.").format(name=target.name), error.strerror or ""
        ) from error


def _provider_id(ctx: AppContext, name: str | None) -> str | None:
    if name is None:
        return None
    return find_provider(ctx, name).id
