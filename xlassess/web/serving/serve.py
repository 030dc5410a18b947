"""Running the desk on this computer, for whoever opens the link."""

from __future__ import annotations

import logging
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import user_name
from xlassess.services.common.opening import open_folder
from xlassess.web.app import create_app
from xlassess.web.jobs import Jobs
from xlassess.web.kept import rounds_known
from xlassess.web.request.security import Sessions, User
from xlassess.web.serving.listening import ListeningPlace, listening
from xlassess.web.serving.ready import begin_to_get_ready

_PATIENCE = 2
"""Seconds that pages still loading are given when the desk is closed."""

_OTHERWISE = "leave --port out: any port that is free is taken then."


def serve(root: Path, *, port: int, tell: Callable[[str], None], browser: bool) -> None:
    """Run the desk until somebody stops it (Ctrl-C).

    Args:
        root: the assessment's folder.
        port: where it listens on this computer; 0 for any port that is free.
        tell: given the link that opens it, once it listens.
        browser: whether to open the link in the browser.

    Raises:
        UsageError: the folder holds no assessment.
        XlassessError: the port is in use.
    """
    if AssessmentFolder(root).settings_file.exists() or root.is_file():
        open_folder(root)
    Jobs(root).sweep()
    with listening(ListeningPlace(port), otherwise=_OTHERWISE) as sock:
        sessions, known = Sessions(sock.getsockname()[1]), rounds_known()
        begin_to_get_ready(root.resolve(), known)
        link = sessions.new_link()
        tell(link)
        if browser:
            threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        config = uvicorn.Config(
            create_app(root, sessions, User(user_name()), known),
            log_config=None, access_log=False, server_header=False, ws="none", lifespan="off",
            timeout_graceful_shutdown=_PATIENCE,
        )  # fmt: skip
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[sock])
