"""Where a desk listens: at a port of this computer, or at a socket among its files.

What comes from other computers never arrives; a team's desk has a proxy in front of it.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlassess.model.errors import UsageError, XlassessError

_WAITING = 1024
"""So many browsers may wait to be let in."""


@dataclass(frozen=True, slots=True)
class ListeningPlace:
    """Where a desk listens: a port, or any that is free where it is 0; or a socket instead."""

    port: int = 8000
    socket: Path | None = None


@contextmanager
def listening(place: ListeningPlace, *, otherwise: str) -> Iterator[socket.socket]:
    """Listen at a place that no other computer reaches, until the block ends.

    Args:
        place: the port or the socket.
        otherwise: what to do where the port is taken, besides closing what uses it.

    Raises:
        XlassessError: it cannot be listened to there.
    """
    made = _at_socket(place.socket) if place.socket else _at_port(place.port, otherwise)
    try:
        made.listen(_WAITING)
        yield made
    finally:
        made.close()
        if place.socket:
            place.socket.unlink(missing_ok=True)


def _at_port(port: int, otherwise: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":
        # At once after it was closed. On Windows this would let others listen there as well.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
    except OSError as error:
        made.close()
        raise XlassessError(
            f"Port {port} cannot be used ({error.strerror}).",
            f"Close what uses it, or {otherwise}",
        ) from None
    return made


def _at_socket(path: Path) -> socket.socket:
    """Bind a socket that its owner and their group can reach."""
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
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True
