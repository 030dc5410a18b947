"""Postfix as a mail server for tests: with STARTTLS, into the mailboxes that Dovecot has.

It runs from a folder of its own and sends nothing to anywhere else. Dovecot says who may sign in.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.programs import need
from tests.mail.dovecot import MailServerBox, free_port, wait_for
from tests.mail.post_office import certificate

GONE = "gone"
"""Mail for this name is taken and passed on to a place where there is nobody of that name."""

_MAIN = """\
compatibility_level = 3.6
myhostname = post.example
queue_directory = {home}/spool
data_directory = {home}/data
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = council.example, example.org
virtual_mailbox_base = {box.home}/mail
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{box.uid}
virtual_gid_maps = static:{box.gid}
virtual_alias_maps = inline:{{ {{ {gone}@example.org = {gone}@elsewhere.example }} }}
default_transport = error:5.1.1 There is no such mailbox
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {home}/certificate.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {box.auth}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
message_size_limit = 20000000
virtual_mailbox_limit = 0
"""
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(box: MailServerBox, users: Sequence[str]) -> Iterator[tuple[int, Path]]:
    """Run the server while the test lasts; give its port and where its certificate is.

    Args:
        box: where mailboxes are.
        users: the names before the "@" of whoever has one.
    """
    program = need("postfix")
    if os.getuid() != 0:
        pytest.skip("Postfix starts for the superuser only")
    with tempfile.TemporaryDirectory(prefix="postfix-") as place:
        home = Path(place)
        home.chmod(0o755)
        certificate(home)
        port = free_port()
        (home / "spool").mkdir()
        (home / "data").mkdir()
        os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, 0)
        mailboxes = [
            f"{one}@{at} {one}/" for one in users for at in ("example.org", "council.example")
        ]
        (home / "mailboxes").write_text("\n".join(mailboxes) + "\n")
        (home / "main.cf").write_text(_MAIN.format(home=home, box=box, gone=GONE))
        (home / "master.cf").write_text(_SERVICES.format(port=port))
        os.chown(box.home / "mail", box.uid, box.gid)
        line = [program, "-c", str(home)]
        said = home / "started.log"
        with said.open("wb") as log:
            process = subprocess.Popen([*line, "start-fg"], stdout=log, stderr=log)
            try:
                wait_for(port, process, said, home / "postfix.log")
                yield port, home / "certificate.pem"
            finally:
                subprocess.run([*line, "stop"], stdout=log, stderr=log, check=False, timeout=60)
                process.wait(60)
