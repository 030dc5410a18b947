"""The command line: one verb after another, each loaded only when it is run."""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from xlassess import __version__
from xlassess.cli.errors import EXIT_CODES, explain
from xlassess.cli.options import Options, common

_VERBS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "Begin a new assessment, ready to edit."),
    "generate": ("generate", "Write the workbooks into outbox/."),
    "ingest": ("ingest", "Read what came back: files, folders, zip files."),
    "status": ("status", "Show who has answered, and what is open."),
    "query": ("query", "Ask partners again about what is doubtful."),
    "sent": ("decide", "Record that workbooks were sent."),
    "reminded": ("decide", "Record that respondents were reminded."),
    "waive": ("decide", "Accept queries as they are, with a reason."),
    "choose": ("decide", "Decide which of several returns counts."),
    "set-aside": ("decide", "Decide that a return does not count."),
    "reassign": ("decide", "Let a return count for another workbook."),
    "nil": ("decide", "Record that a respondent has nothing to report."),
    "decline": ("decide", "Record that a respondent does not take part."),
    "history": ("history", "Tell all that ever happened to one workbook."),
    "consolidate": ("consolidate", "Write the summary for the committee."),
    "report": ("report", "Write the same as a Word report."),
    "export": ("export", "Write the data for other programs."),
    "verify": ("verify", "Check that all is as it was recorded."),
    "toolkits": ("toolkits", "List, show, check, reword toolkits; alone it lists them."),
    "demo": ("demo", "Play a made-up assessment through."),
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
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
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
@common
def cli() -> None:
    """Run partnership self-assessments by Excel.

    Begin with: xlassess demo. Then: init, generate, send the workbooks out, ingest what comes
    back, query what is doubtful, status, consolidate. Each command says more with --help.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line."""
    cli(prog_name="xlassess")
