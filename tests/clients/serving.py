"""A team's desk as it is served: in a process of its own, behind nginx as the docs set it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.clients.programs import ROOT, need
from tests.mail.post_office import certificate

DOCS = ROOT / "docs" / "serve.md"


@dataclass(frozen=True)
class Served:
    """A desk that is served: its address outside, that of plain http, its log and its process."""

    address: str
    plain: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def stop(self) -> int:
        """Stop it as systemd does, and return how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def block(name: str) -> str:
    """Return a file as docs/serve.md has it."""
    found = re.search(rf"<!-- file: {re.escape(name)} -->\s*```\w*\n(.*?)^ *```",
                      DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)  # fmt: skip
    assert found is not None, name
    indent = len(found[1]) - len(found[1].lstrip(" "))
    return "".join(line[indent:] or "\n" for line in found[1].splitlines(keepends=True))


@contextmanager
def served(root: Path, where: Path) -> Iterator[Served]:
    """Serve a team's folder at a socket, with nginx before it.

    Args:
        root: the team's folder.
        where: a folder for everything else.
    """
    port, plain = _free(), _free()
    sock, log = where / "desk.sock", where / "log.jsonl"
    words = [sys.executable, "-m", "xlassess", "serve", "-C", str(root), "--socket", str(sock)]
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*words, "--host-name", f"127.0.0.1:{port}"], stderr=told, env={**os.environ}
        )
    try:
        _until(lambda: sock.exists() or process.poll() is not None)
        assert process.poll() is None, log.read_text("utf-8")
        with _nginx(where, port, plain, sock):
            address = f"https://127.0.0.1:{port}"
            _until(lambda: _answers(f"{address}/healthz"))
            yield Served(address, f"http://127.0.0.1:{plain}", log, process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def _nginx(where: Path, port: int, plain: int, sock: Path) -> Iterator[None]:
    """Run nginx with the configuration of the docs, with other ports, certificate and place."""
    cert, key = certificate(where)
    server = block("nginx.conf")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("https://desk.council.example/", f"https://127.0.0.1:{port}/"),
        ("server_name desk.council.example;", "server_name 127.0.0.1;"),
        ("/etc/ssl/certs/desk.council.example.pem", str(cert)),
        ("/etc/ssl/private/desk.council.example.key", str(key)),
        ("http://127.0.0.1:8000", f"http://unix:{sock}"),
    ):  # fmt: skip
        assert old in server, old
        server = server.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {where}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (where / "nginx.conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''} daemon off; pid {where}/nginx.pid;\n"
        f"error_log {where}/nginx.log;\nevents {{ worker_connections 512; }}\n"
        f"http {{\naccess_log off;\n{temporary}{server}\n}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [str(need("nginx")), "-c", str(where / "nginx.conf"), "-p", str(where)],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, verify=False).status_code == 200
    except httpx.TransportError:
        return False


def _until(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
