"""Running a team's desk: it listens on this computer alone, for the proxy in front of it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from xlassess.model.errors import UsageError, XlassessError
from xlassess.web.faults import BRIEFLY
from xlassess.web.jobs import Jobs
from xlassess.web.kept import KEPT
from xlassess.web.team.accounts import Accounts
from xlassess.web.team.logs import JsonHandler, TeamLog
from xlassess.web.team.places import check_folder, folders_of, places_in
from xlassess.web.team.proxy import public_place
from xlassess.web.team.team_app import TeamDesk

_PATIENCE = 10
"""Seconds that requests are given to come to their end when the server is stopped."""

_KEPT_FIGURES = 8
"""So many rounds, each in one state and shown in one way, have their figures kept."""


@dataclass(frozen=True, slots=True)
class ListeningPlace:
    """Where the server listens: a port of this computer, or a socket among its files."""

    port: int = 8000
    socket: Path | None = None


def serve_team(root: Path, host: str, listening: ListeningPlace, *, proxies: int = 1) -> None:
    """Run the desk of a team until it is stopped (SIGTERM, or Ctrl-C).

    Args:
        root: the team's folder.
        host: the name of the host at which browsers reach it.
        listening: where the proxy reaches it.
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
    with _listen(listening) as sock, _process_of_a_team(log), _ended_by_signal():
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


@contextmanager
def _listen(place: ListeningPlace) -> Iterator[socket.socket]:
    """Listen where no other computer can reach."""
    made = _at_port(place.port) if place.socket is None else _at_socket(place.socket)
    try:
        yield made
    finally:
        made.close()
        if place.socket is not None:
            place.socket.unlink(missing_ok=True)


def _at_port(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
    except OSError as error:
        made.close()
        raise XlassessError(
            f"Port {port} cannot be used ({error.strerror}).",
            "Close what uses it, or name another with --port.",
        ) from None
    made.listen(1024)
    return made


def _at_socket(path: Path) -> socket.socket:
    """Listen at a socket that its owner and their group can reach."""
    if not hasattr(socket, "AF_UNIX"):
        raise UsageError("This system has no such sockets.", "Use --port.")
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()  # left by a server that was killed
        made.bind(str(path))
        path.chmod(0o660)
    except OSError as error:
        made.close()
        raise XlassessError(
            f"{path} cannot be used as a socket ({error.strerror or error}).",
            "Name a file in a folder that exists, such as /run/xlassess/desk.sock, and close what "
            "uses it.",
        ) from None
    made.listen(1024)
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True
