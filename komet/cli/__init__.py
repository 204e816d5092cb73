"""The command line: the same calls that the pages make, for the nightly job.

Exit 0 when all went well, 1 when something failed, 2 for wrong use. Tables and sentences go to
standard output (with `--json`, JSON alone), progress and failures to standard error.
"""

import locale
import sys

from cyclopts import App, CycloptsError

from komet import __version__, language, logs, person, time_zone
from komet.cli import accounts, anything, downloads, keeping, mapping, samples
from komet.cli.output import err
from komet.errors import DeskError, InvalidInput, NotFound
from komet.settings import settings

__all__ = ["app", "main"]

app = App(
    name="komet",
    help="Komet Desk: Komet Sales purchase orders in, mapped and checked Excel files out.",
    version=__version__,
    result_action="return_value",
)
app.command(accounts.token)
app.command(accounts.provider)
app.command(mapping.mapping)
app.command(downloads.download)
app.command(downloads.refresh)
app.command(downloads.retry)
app.command(downloads.runs_command, name="runs")
app.command(downloads.export)
app.command(anything.call)
app.command(anything.openapi)
app.command(anything.postman)
app.command(keeping.backup)
app.command(keeping.restore)
app.command(keeping.doctor)
app.command(samples.sandbox)
app.command(samples.demo)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    language.speak(language.nearest(locale.getlocale()[0]))
    try:
        settings()
    except InvalidInput as error:
        err.print(str(error), markup=False, highlight=False)
        sys.exit(2)
    language.speak(settings().language or language.nearest(locale.getlocale()[0]))
    time_zone.use_by_default(settings().time_zone or time_zone.of_computer())
    person.follow(lambda: settings().person)
    logs.configure(settings().log_level if settings().log_level != "INFO" else "ERROR")
    try:
        result = app(arguments, exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(2)
    except (InvalidInput, NotFound) as error:
        err.print(str(error), markup=False, highlight=False)
        sys.exit(2)
    except DeskError as error:
        err.print(str(error), markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)
