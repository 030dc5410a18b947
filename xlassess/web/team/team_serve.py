"""Running a team's desk: it listens on this computer alone, for the proxy in front of it."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from xlassess.web.faults import BRIEFLY
from xlassess.web.jobs import Jobs
from xlassess.web.kept import KEPT
from xlassess.web.serving.listening import ListeningPlace, listening
from xlassess.web.serving.ready import begin_to_get_ready
from xlassess.web.team.accounts import Accounts
from xlassess.web.team.logs import JsonHandler, TeamLog
from xlassess.web.team.places import check_folder, folders_of, places_in
from xlassess.web.team.proxy import public_place
from xlassess.web.team.team_app import TeamDesk

_PATIENCE = 10
"""Seconds that requests are given to come to their end when the server is stopped."""

_OTHERWISE = "name another with --port."

_KEPT_FIGURES = 8
"""So many rounds, each in one state and shown in one way, have their figures kept."""


def serve_team(root: Path, host: str, at: ListeningPlace, *, proxies: int = 1) -> None:
    """Run the desk of a team until it is stopped (SIGTERM, or Ctrl-C).

    Args:
        root: the team's folder.
        host: the name of the host at which browsers reach it.
        at: where the proxy reaches it.
        proxies: how many proxies stand in front.

    Raises:
        UsageError: the folder holds no assessments, nobody can log in, or the name is none.
        XlassessError: it cannot listen there.
    """
    check_folder(root)
    log, accounts, place = TeamLog(), Accounts(root), public_place(host, proxies)
    if not any(one.has_password for one in accounts.all()):
        log.tell("nobody can log in yet")
    found = list(places_in(root, folders_of(root)))
    for one in found:
        Jobs(one.root).sweep()
    config = uvicorn.Config(
        TeamDesk(root, place, accounts, log).app(),
        log_config=None, access_log=False, server_header=False, ws="none", lifespan="off",
        proxy_headers=False, timeout_graceful_shutdown=_PATIENCE,
    )  # fmt: skip
    with listening(at, otherwise=_OTHERWISE) as sock, _process_of_a_team(log), _ended_by_signal():
        begin_to_get_ready()
        log.tell("started", assessments=len(found))
        try:
            uvicorn.Server(config).run(sockets=[sock])
        except KeyboardInterrupt:
            pass
        finally:
            log.tell("stopped")


@contextmanager
def _process_of_a_team(log: TeamLog) -> Iterator[None]:
    """Have what holds for the whole process be a team's while its server runs, and no longer.

    Whoever calls this from a program of their own gets their process back as it was.
    """
    root, most, briefly = logging.getLogger(), KEPT.most, os.environ.get(BRIEFLY)
    handlers, level = root.handlers[:], root.level
    KEPT.most = _KEPT_FIGURES
    os.environ[BRIEFLY] = "1"  # for the processes that do jobs
    root.handlers[:] = [JsonHandler(log)]
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        KEPT.most = most
        root.handlers[:] = handlers
        root.setLevel(level)
        if briefly is None:
            del os.environ[BRIEFLY]
        else:
            os.environ[BRIEFLY] = briefly


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Have SIGTERM end the program as other ends do, with what is to be put in order."""

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
