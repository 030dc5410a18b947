"""Dovecot as a mail server for tests: IMAP with TLS, a mailbox in a folder, nothing installed."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mail.post_office import PASSWORD, certificate

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

_SETTINGS = """\
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{home}/mail
first_valid_uid = 0
first_valid_gid = 0
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""


@dataclass(frozen=True)
class MailServerBox:
    """A running server and the mailbox it serves."""

    port: int
    home: Path
    uid: int
    gid: int

    @property
    def url(self) -> str:
        return f"imaps://cora@127.0.0.1:{self.port}/INBOX"

    def deliver(self, content: bytes, folder: str = "") -> Path:
        """Put a message into the inbox, as a mail server does."""
        place = self.home / "mail" / folder / "new"
        place.mkdir(parents=True, exist_ok=True)
        for near in ("cur", "tmp"):
            (place.parent / near).mkdir(exist_ok=True)
        path = place / f"{time.time_ns()}.M1.test"
        path.write_bytes(content)
        for one in (self.home / "mail", *self.home.joinpath("mail").rglob("*")):
            os.chown(one, self.uid, self.gid)
        return path

    def held(self, folder: str = "") -> list[Path]:
        """The messages in a folder, read and unread."""
        place = self.home / "mail" / folder
        return [path for near in ("new", "cur") for path in sorted((place / near).glob("*"))]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def dovecot() -> Iterator[MailServerBox]:
    """Run the server while the test lasts, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as place:
        yield from _running(Path(place))


def _running(home: Path) -> Iterator[MailServerBox]:
    assert PROGRAM is not None
    certificate(home)
    port = _free_port()
    user = login = owner = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:  # it serves nobody's mailbox as root
        user, login, owner = "dovecot", "dovenull", "mail"
        home.chmod(0o755)
    who = pwd.getpwnam(owner)
    text = _SETTINGS.format(
        home=home, port=port, password=PASSWORD.replace(" ", ""), uid=who.pw_uid, gid=who.pw_gid,
        user=user, group=grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name, login=login,
    )  # fmt: skip
    settings = home / "dovecot.conf"
    settings.write_text(text)
    log = (home / "started.log").open("wb")
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(settings)], stdout=log, stderr=log)
    try:
        _wait(port, process, home)
        (home / "mail").mkdir(exist_ok=True)
        os.chown(home / "mail", who.pw_uid, who.pw_gid)
        yield MailServerBox(port, home, who.pw_uid, who.pw_gid)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError((home / "started.log").read_text() + (home / "dovecot.log").read_text())
