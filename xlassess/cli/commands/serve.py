"""``xlassess serve``: one desk for a team, behind a proxy."""

from __future__ import annotations

from pathlib import Path

import click

from xlassess.cli.options import Options, common, needs_team


@click.command()
@click.option(
    "--host-name", required=True, metavar="NAME", envvar="XLASSESS_HOST_NAME",
    help="The name at which browsers reach the desk, such as desk.council.example. It may stand in "
    "the variable XLASSESS_HOST_NAME instead.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="N",
    help="The port on this computer at which the proxy reaches it.",
)  # fmt: skip
@click.option(
    "--socket", "place", type=click.Path(path_type=Path), metavar="FILE",
    help="A socket in place of a port. Only its owner and their group reach it.",
)  # fmt: skip
@click.option(
    "--proxies", type=click.IntRange(1, 9), default=1, show_default=True, metavar="N",
    help="How many proxies stand in front, one behind the other.",
)  # fmt: skip
@common
@click.pass_obj
def serve(options: Options, host_name: str, port: int, place: Path | None, proxies: int) -> None:
    """Give a team one desk over all assessments in a folder.

    Each person logs in with an account of their own: see xlassess users. The desk listens on this
    computer only. A proxy in front of it, such as nginx or Caddy, takes requests by https.
    docs/serve.md has the whole set-up.
    """
    needs_team()
    from xlassess.web.serving.listening import ListeningPlace
    from xlassess.web.team.team_serve import serve_team

    serve_team(options.root, host_name, ListeningPlace(port, place), proxies=proxies)
