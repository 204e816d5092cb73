"""`sandbox` and `demo`: Komet Desk without a Komet account."""

import os
from pathlib import Path
from typing import Literal

from komet import demo as sample
from komet.cli import session
from komet.cli.output import err, say
from komet.cli.session import actor
from komet.context import open_context
from komet.errors import InvalidInput
from komet.export.orders import export_orders
from komet.ingest.engine import execute
from komet.ingest.model import RunState
from komet.ingest.plan import plan_days
from komet.ingest.runs import show_run, start_run
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.sandbox.server import serve
from komet.settings import Settings


def sandbox(*, port: int = 8600) -> int:
    """Run the Komet stand-in until Ctrl-C, for trying out this app or an integration of yours."""
    try:
        serve(port)
    except OSError as error:
        raise InvalidInput(str(error), next_step=_("Choose another --port.")) from error
    return 0


def completion(shell: Literal["bash", "zsh", "fish", "powershell"], /) -> int:
    """Print the completion script of a shell for `komet`; `--install-completion` installs it."""
    from komet.cli import app

    say(app.generate_completion(prog_name="komet", shell=shell))
    return 0


def demo(*, home: Path | None = None) -> int:
    """Do the main job on the sandbox: token, provider, mapping, download of 30 days, demo.xlsx.

    Parameters
    ----------
    home
        The data folder to use, and where demo.xlsx goes. Without it: KOMET_HOME if that is set,
        else a folder `komet-demo`, and demo.xlsx in the present folder.
    """
    target = (home or Path()) / "demo.xlsx"
    if home or not os.environ.get("KOMET_HOME"):
        ctx = open_context(Settings(home=home or Path("komet-demo")))
    else:
        ctx = open_context()
    server = sample.start_sandbox(ctx)
    try:
        say(_("1. Sandbox, tokens and client providers at {url}").format(url=server.base_url))
        chosen = sample.prepare(ctx, session.actor(), server)
        say(_("2. SKU mapping imported"))
        start_day, end_day = sample.window(ctx)
        plan = plan_days(ctx, chosen, start_day, end_day)
        run, _resumed = start_run(ctx, actor(), plan, source="demo")
        ended = execute(ctx, actor(), run.id)
        summary = show_run(ctx, run.id).summary
        say(_("3. Downloaded {orders:,} POs with {lines:,} lines").format(**summary))
        if ended.state is not RunState.DONE:
            err.print(ended.message or ended.state.value, markup=False)
            return 1
        ids = tuple(provider.id for provider in chosen)
        export_orders(
            ctx, actor(), OrderFilter(providers=ids, ship_from=start_day, ship_to=end_day), target
        )
        found = sample.excel_totals(target)
        say(_("4. Wrote {path}").format(path=target.absolute()))
        say(_("   Excel:   {totals}").format(totals=sample.sentence(found)))
        expected = sample.expected_totals(server, start_day, end_day)
        say(_("   Sandbox: {totals}").format(totals=sample.sentence(expected)))
        if not sample.agree(expected, found):
            err.print(_("The totals differ."))
            return 1
        say(_("   The totals are equal."))
        return 0
    finally:
        server.stop()
