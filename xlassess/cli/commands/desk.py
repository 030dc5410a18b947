"""``xlassess desk``: the assessment in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import Options, common, now, shown
from xlassess.model.errors import XlassessError

_NEEDED = ("starlette", "uvicorn", "python_multipart")
"""What the extra ``desk`` installs."""


@click.command()
@click.argument("directory", metavar="[FOLDER]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N",
    help="The port on this computer. The default is any that is free.",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.option(
    "--demo", "of_demo", is_flag=True,
    help="Open a made-up assessment to try everything on, with days around today. It is made in "
    "FOLDER, or in output/desk-demo, and left as it is where there is one.",
)  # fmt: skip
@common
@click.pass_obj
def desk(
    options: Options, directory: Path | None, *, port: int, no_browser: bool, of_demo: bool
) -> None:
    """Open the assessment in FOLDER in your browser. The default is the folder you are in.

    The desk runs on this computer only, until you press Ctrl-C. Nothing leaves the computer but
    the messages that you send from it.
    """
    if not all(map(find_spec, _NEEDED)):
        raise XlassessError(
            "The desk needs packages that are not installed.",
            'Install them: python -m pip install "xlassess[desk]"',
        )
    from xlassess.web.serving.serve import serve

    out = Console()
    root = options.root / directory if directory else options.root
    if of_demo:
        root = options.root / (directory or _DEMO)
        _demo(out, root)

    def tell(link: str) -> None:
        out.say("The desk is open. This link opens it once, in one browser:", style="head")
        out.gap()
        click.echo(link)
        out.gap()
        out.say("Leave this window open. To close the desk, press Ctrl-C here.")

    serve(root, port=port, tell=tell, browser=not no_browser)
    out.gap()
    out.say("The desk is closed. Everything you did is kept.")


_DEMO = Path("output/desk-demo")


def _demo(out: Console, root: Path) -> None:
    """Make the made-up assessment, unless it is there."""
    from xlassess.demo import run_as_of

    with progress("Filling in the workbooks") as watch:
        made = run_as_of(root, today=now().astimezone().date(), watch=watch)
    what = "was made" if made else "goes on where you left it; to begin anew, delete the folder"
    out.say(f"The made-up assessment in {shown(root)} {what}.")
