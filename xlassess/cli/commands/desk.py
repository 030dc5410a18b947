"""``xlassess desk``: the assessment in the browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common
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
@common
@click.pass_obj
def desk(options: Options, directory: Path | None, port: int, no_browser: bool) -> None:
    """Open the assessment in FOLDER in your browser. The default is the folder you are in.

    The desk runs on this computer only, until you press Ctrl-C. Nothing leaves the computer but
    the messages that you send from it.
    """
    if not all(map(find_spec, _NEEDED)):
        raise XlassessError(
            "The desk needs packages that are not installed.",
            'Install them: python -m pip install "xlassess[desk]"',
        )
    from xlassess.web.serve import serve

    out = Console()

    def tell(link: str) -> None:
        out.say("The desk is open. This link opens it once, in one browser:", style="head")
        out.gap()
        click.echo(link)
        out.gap()
        out.say("Leave this window open. To close the desk, press Ctrl-C here.")

    serve(
        options.root / directory if directory else options.root,
        port=port, tell=tell, browser=not no_browser,
    )  # fmt: skip
    out.gap()
    out.say("The desk is closed. Everything you did is kept.")
