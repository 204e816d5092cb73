"""The command line: the same calls that the pages make, for the nightly job.

Exit 0 when all went well, 1 when something failed, 2 for wrong use. Tables and sentences go to
standard output (with `--json`, JSON alone), progress and failures to standard error.

A command's module is imported when the command is run: what all of them need takes seconds.
"""

import locale
import sys
from importlib.util import find_spec
from types import CodeType
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from komet import __version__, language, logs, time_zone, unneeded
from komet.api.errors import InvalidCall
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


def _add(module: str, *names: str, help: str | None = None) -> None:
    """Make commands of what a module has by these names, without importing it.

    `help`: that of a word which has commands below it. A function's is its docstring.
    """
    module = f"{__name__}.{module}"
    docstrings = {} if help else _docstrings(module)
    for name in names:
        app.command(f"{module}:{name}", help=help or docstrings[name])


def _docstrings(module: str) -> dict[str, str]:
    """Of the functions of a module: name → docstring. The module is read, and not run."""
    spec = find_spec(module)
    loader: Any = spec and spec.loader
    functions = [c for c in loader.get_code(module).co_consts if isinstance(c, CodeType)]
    return {function.co_name: str(function.co_consts[0] or "") for function in functions}


_add("tokens", "token", help="Komet API tokens.")
_add("providers", "provider", help="Client providers: the importers whose orders we download.")
_add("mapping", "mapping", help="Our SKU for each client's Komet product.")
_add("downloads", "download", "refresh", "retry", "runs")
_add("export", "export")
_add("dispatch", "dispatch", help="Confirm and ship a day's lines from one Excel file.")
_add("labels", "labels")
_add("reports", "changes", "planning")
_add("invoice", "invoice", help="Vendors' invoices for POs.")
_add("stock", "stock", help="Change a client's stock from a CSV or Excel file.")
_add("explorer", "call", "openapi", "postman")
_add("keeping", "backup", "restore", "doctor")
_add("samples", "sandbox", "demo", "completion")
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
    unneeded.leave_out()
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
