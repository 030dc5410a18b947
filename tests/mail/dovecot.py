"""Dovecot as a mail server for tests: IMAP with TLS, mailboxes in a folder, nothing installed.

Whoever signs in has a mailbox under the name before the "@", by a password or an OAuth 2.0 token.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import hmac
import json
import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.programs import need
from tests.mail.post_office import PASSWORD, certificate

KEY = b"the key that signs tokens"

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
mail_location = maildir:{home}/mail/%n
auth_mechanisms = plain login xoauth2 oauthbearer
auth_cache_size = 0
auth_failure_delay = 0
first_valid_uid = 0
first_valid_gid = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
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
service auth {{
  unix_listener {home}/run/auth-smtp {{
    mode = 0666
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""


_TOKENS = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
"""


def token(user: str, until: float | None = None) -> str:
    """An OAuth 2.0 token (RFC 7519) for this user, which the server takes until then."""
    said = {"sub": user, "email": user, "iat": int(time.time()) - 60}
    said["exp"] = int(time.time() + 600 if until is None else until)
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=")
        for one in ({"typ": "JWT", "alg": "HS256"}, said)
    ]
    signed = hmac.new(KEY, b".".join(parts), hashlib.sha256).digest()
    return b".".join((*parts, base64.urlsafe_b64encode(signed).rstrip(b"="))).decode()


@dataclass(frozen=True)
class MailServerBox:
    """A running server and the mailboxes it serves; Cora's, where nobody else is named."""

    port: int
    home: Path
    uid: int
    gid: int

    @property
    def url(self) -> str:
        return self.url_of("cora")

    @property
    def auth(self) -> Path:
        """Where other servers ask who may sign in."""
        return self.home / "run" / "auth-smtp"

    def url_of(self, user: str) -> str:
        return f"imaps://{user}@127.0.0.1:{self.port}/INBOX"

    def deliver(self, content: bytes, folder: str = "", user: str = "cora") -> Path:
        """Put a message into an inbox, as a mail server does."""
        place = self.home / "mail" / user / folder / "new"
        for near in ("cur", "tmp", "new"):
            (place.parent / near).mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.M1.test"
        path = place.parent / "tmp" / name
        path.write_bytes(content)
        for one in (path, *place.parent.glob("*"), place.parent, self.home / "mail" / user):
            os.chown(one, self.uid, self.gid)
        return path.rename(place / name)

    def held(self, folder: str = "", user: str = "cora") -> list[Path]:
        """The messages in a folder, read and unread."""
        place = self.home / "mail" / user / folder
        return [path for near in ("new", "cur") for path in sorted((place / near).glob("*"))]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def dovecot() -> Iterator[MailServerBox]:
    """Run the server while the test lasts, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="dovecot-") as place:
        yield from _running(Path(place))


def _running(home: Path) -> Iterator[MailServerBox]:
    program = need("dovecot")
    certificate(home)
    keys = home / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(KEY))
    (home / "oauth2.conf").write_text(_TOKENS.format(home=home))
    port = free_port()
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
    process = subprocess.Popen([program, "-F", "-c", str(settings)], stdout=log, stderr=log)
    try:
        wait_for(port, process, home / "started.log", home / "dovecot.log")
        (home / "mail").mkdir(exist_ok=True)
        os.chown(home / "mail", who.pw_uid, who.pw_gid)
        yield MailServerBox(port, home, who.pw_uid, who.pw_gid)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], *logs: Path) -> None:
    """Wait until a server listens; where it does not, fail with what it said."""
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("".join(log.read_text() for log in logs if log.exists()))
