"""The command line: the same calls that the pages make, for the nightly job.

Exit 0 when all went well, 1 when something failed, 2 for wrong use. Tables and sentences go to
standard output (with `--json`, JSON alone), progress and failures to standard error.
"""

import locale
import sys
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from komet import __version__, language, logs, time_zone
from komet.api.errors import InvalidCall
from komet.cli import (
    dispatch,
    downloads,
    explorer,
    export,
    invoice,
    keeping,
    labels,
    mapping,
    providers,
    reports,
    samples,
    stock,
    tokens,
)
from komet.cli.output import err, set_verbosity
from komet.errors import InvalidInput, NotFound
from komet.language import _
from komet.messages import FAILURES, message
from komet.settings import settings

__all__ = ["app", "main"]

app = App(
    name="komet",
    help="Komet Desk: Komet Sales purchase orders in, mapped and checked Excel files out.",
    version=__version__,
    result_action="return_value",
)
app.command(tokens.token)
app.command(providers.provider)
app.command(mapping.mapping)
app.command(downloads.download)
app.command(downloads.refresh)
app.command(downloads.retry)
app.command(downloads.runs_command, name="runs")
app.command(export.export)
app.command(dispatch.dispatch)
app.command(labels.labels)
app.command(reports.changes)
app.command(reports.planning)
app.command(invoice.invoice)
app.command(stock.stock)
app.command(explorer.call)
app.command(explorer.openapi)
app.command(explorer.postman)
app.command(keeping.backup)
app.command(keeping.restore)
app.command(keeping.doctor)
app.command(samples.sandbox)
app.command(samples.demo)
app.command(samples.completion)
app.register_install_completion_command(help="Install completion for this shell, for `komet`.")


@app.meta.default
def launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    quiet: Annotated[bool, Parameter(negative="")] = False,
    verbose: Annotated[bool, Parameter(negative="")] = False,
) -> object:
    """Komet Desk: Komet Sales purchase orders in, mapped and checked Excel files out.

    Parameters
    ----------
    quiet
        Results and failures only: no progress, no plan.
    verbose
        A line for each day, and the log of what goes on.
    """
    if quiet and verbose:
        raise InvalidInput(_("Choose --quiet or --verbose, not both."))
    set_verbosity(quiet=quiet, verbose=verbose)
    if verbose:
        logs.configure("DEBUG" if settings().log_level == "DEBUG" else "INFO")
    return app(words, exit_on_error=False, print_error=True)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    language.use_by_default(language.nearest(locale.getlocale()[0]))
    try:
        settings()
    except InvalidInput as error:
        err.print(str(error), markup=False, highlight=False)
        sys.exit(2)
    language.use_by_default(settings().language or language.nearest(locale.getlocale()[0]))
    time_zone.use_by_default(settings().time_zone or time_zone.of_computer())
    # unless another level was asked for, errors only: progress has lines of its own
    logs.configure(settings().log_level if settings().log_level != "INFO" else "ERROR")
    try:
        result = app.meta(arguments, exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(2)
    except (InvalidInput, InvalidCall, NotFound) as error:
        err.print(message(error), markup=False, highlight=False)
        sys.exit(2)
    except FAILURES as error:
        err.print(message(error), markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)
