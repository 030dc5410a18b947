"""The command line: one verb after another, each loaded only when it is run."""

from __future__ import annotations

import errno
import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from xlassess.cli.errors import EXIT_CODES, explain
from xlassess.cli.options import Options, in_round
from xlassess.version import __version__

_VERBS: Mapping[str, tuple[str, str]] = {
    "init": ("setup.init", "Start a new assessment."),
    "settings": ("setup.settings", "Show and change the settings."),
    "generate": ("generate", "Write the workbooks to send out."),
    "send": ("send", "Write messages with the workbooks, ready to send."),
    "ingest": ("ingest", "Read the workbooks that came back."),
    "status": ("status", "Show who has answered and what is still open."),
    "query": ("query", "Write workbooks that ask partners about unclear answers."),
    "sent": ("decide", "Record that you sent workbooks."),
    "remind": ("send", "Write reminders, ready to send."),
    "reminded": ("decide", "Record that you reminded people."),
    "waive": ("decide", "Accept queries as they are and say why."),
    "choose": ("decide", "Choose which of several returns counts."),
    "set-aside": ("decide", "Leave out a return that should not count."),
    "reassign": ("decide", "Count a return for a different workbook."),
    "enter": ("enter", "Type in answers that came by telephone, paper or PDF."),
    "correct": ("decide", "Change one answer, as the partner told you."),
    "nil": ("decide", "Record that someone has nothing to report."),
    "decline": ("decide", "Record that someone is not taking part."),
    "history": ("history", "Show everything that happened to one workbook."),
    "consolidate": ("papers.consolidate", "Write the summary for the committee."),
    "report": ("papers.report", "Write the summary as a Word report."),
    "workshop": ("plans.workshop", "Write the workbook for a workshop on the findings."),
    "feedback": ("papers.feedback", "Write a page for each respondent, beside the answers of all."),
    "plan": ("plans.plan", "Write the workbook in which the action plan is agreed."),
    "progress": ("plans.progress", "Ask owners how far their actions have come."),
    "export": ("papers.export", "Write the data for other programs."),
    "round": ("setup.round", "List, begin, close and reopen rounds."),
    "ledger": ("setup.ledger", "Copy the ledger into a database, or back."),
    "verify": ("setup.verify", "Check that the records are complete and unchanged."),
    "programme": ("programmes.programme", "Look after many partnerships at once."),
    "toolkits": ("setup.toolkits", "List, show, check and edit toolkits."),
    "desk": ("desk", "Work in the browser."),
    "serve": ("serve", "Give a team one desk, behind a proxy."),
    "users": ("users", "Say who may log in to a team's desk."),
    "demo": ("demo", "Run a made-up assessment, to see how it works."),
}
"""Each verb, in the order they are used in: its module in ``commands``, and its line of help.

The line stands here, not in the module, because ``xlassess --help`` would else load every verb.
"""


class Commands(click.Group):
    """The verbs; errors become sentences on standard error, with documented exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order they are used in."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb's module and return its command; None if there is no such verb."""
        if cmd_name not in _VERBS:
            return None
        module = import_module(f"xlassess.cli.commands.{_VERBS[cmd_name][0]}")
        name = cmd_name.replace("-", "_")
        # A verb that is a word of Python as well, such as round, has an underscore behind it.
        command: click.Command = getattr(module, f"{name}_", None) or getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in _VERBS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what goes wrong into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            # click itself ends quietly when whoever reads our output, such as `head`, goes away
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            code = explain(error, verbose=ctx.ensure_object(Options).verbose)
        return ctx.exit(code)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="xlassess", message="%(prog)s %(version)s")
@in_round
def cli() -> None:
    """Run partnership self-assessments with Excel.

    To see how it works, run: xlassess demo

    In a round of your own, use these commands in order: init, generate, ingest, query,
    consolidate. Use status at any time. For help with one command: xlassess COMMAND --help
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line."""
    # A command makes hundreds of thousands of values, keeps them, and ends. Looking through all
    # of them for circles whenever 700 more were made took a tenth of its time.
    gc.set_threshold(50_000)
    cli(prog_name="xlassess")
