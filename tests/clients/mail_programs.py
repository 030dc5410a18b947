"""A second parser of messages, and a mail program that opens drafts and mailboxes.

postal-mime reads a message on its own. NeoMutt opens a draft as a person would, hands it over to be
sent, and copies all messages of a mailbox file into a Maildir folder.
"""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.programs import need

SECONDS = 60
_READ = Path(__file__).with_name("read_mail.js")
_SETTINGS = """\
set folder={home}
set sendmail={home}/hand-over
set mbox_type=Maildir
set copy=no delete=no move=no confirmcreate=no confirmappend=no wait_key=no
unset record
"""
_HAND_OVER = """\
#!/bin/sh
printf '%s\\n' "$@" > "{home}/addresses"
cat > "{home}/sent"
"""


@dataclass(frozen=True)
class HandedOver:
    """A message that a mail program handed over: to which addresses, and its bytes."""

    addresses: tuple[str, ...]
    content: bytes


def read_by_postal_mime(path: Path) -> dict[str, Any]:
    """What postal-mime reads in a message."""
    need("postal-mime")
    done = subprocess.run(
        [need("node"), _READ, path], check=True, timeout=SECONDS, capture_output=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def sent_by_neomutt(draft: Path, home: Path) -> HandedOver:
    """Open a draft in NeoMutt and send it; it goes to a script in place of a mail server."""
    done = subprocess.run(
        [*_neomutt(home), "-H", draft], input=b"\n", env=_environment(home), timeout=SECONDS,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    addresses = (home / "addresses").read_text().split()
    return HandedOver(tuple(one for one in addresses if "@" in one), (home / "sent").read_bytes())


def copied_by_neomutt(mailbox: Path, home: Path) -> list[bytes]:
    """Open a mailbox file in NeoMutt, copy everything in it, and return the copies in order."""
    target = home / "copies"
    for name in ("cur", "new", "tmp"):
        (target / name).mkdir(parents=True)
    keys = f"<tag-pattern>~A<enter><tag-prefix><copy-message>{target}<enter><exit>"
    words = [*_neomutt(home), "-R", "-f", mailbox, "-e", f'push "{keys}"']
    _at_a_terminal([str(word) for word in words], _environment(home))
    copies = [path for name in ("cur", "new") for path in (target / name).iterdir()]
    return [path.read_bytes() for path in sorted(copies, key=lambda one: one.stat().st_mtime_ns)]


def _neomutt(home: Path) -> list[str | Path]:
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings").write_text(_SETTINGS.format(home=home))
    (home / "hand-over").write_text(_HAND_OVER.format(home=home))
    (home / "hand-over").chmod(0o755)
    return [need("neomutt"), "-n", "-F", home / "settings"]


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"HOME": str(home), "TERM": "xterm", "LINES": "50", "COLUMNS": "120"}


def _at_a_terminal(words: list[str], environment: dict[str, str]) -> None:
    """Run a program that wants a terminal, until it ends by itself."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown, until = b"", time.monotonic() + SECONDS
    try:
        while process.poll() is None and time.monotonic() < until:
            if select.select([ours], [], [], 0.1)[0]:
                shown += os.read(ours, 1 << 16)
    except OSError:  # the other end was closed: the program is done
        pass
    finally:
        os.close(ours)
        if process.poll() is None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    assert process.returncode == 0, shown.decode(errors="replace")[-2000:]
