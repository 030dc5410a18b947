"""A mail server for tests: encrypted, with a certificate of its own, and faults on demand."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "assessments@council.example", "a password"

CUT = "cut"
"""Instead of an answer: the connection is cut."""

Answer = Callable[[str, int], str]
"""The answer to a step (MAIL, RCPT, DATA), by whom the message goes to and how often it was asked;
empty for the usual one."""


def certificate(folder: Path, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key, and return where they are."""
    key = ec.generate_private_key(ec.SECP256R1())
    # another name for each: of two that have the same one, only the first would be looked at
    called = f"post office {secrets.token_hex(8)}"
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])
    now = datetime.now(timezone.utc)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@dataclass
class PostOffice:
    """A mail server: what it took, and how it answers."""

    port: int = 0
    taken: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    deliver: Callable[[str, bytes], object] | None = None
    """Puts what it took into the mailbox of whom it is for."""
    loop: asyncio.AbstractEventLoop | None = None

    def idle(self) -> None:
        """Wait until nobody is connected: what was on its way has come, or never will."""
        assert self.loop is not None
        for _ in range(2):  # who has hung up may not be noticed at once
            time.sleep(0.02)
            while asyncio.all_tasks(self.loop):
                time.sleep(0.01)

    @property
    def mails(self) -> list[EmailMessage]:
        found = [message_from_bytes(data, policy=policy.default) for _, _, data in self.taken]
        return [one for one in found if isinstance(one, EmailMessage)]

    @property
    def reached(self) -> list[str]:
        """Whom messages went to, in the order they came."""
        return [address for _, to, _ in self.taken for address in to]

    def says(self, step: str, about: str, server: SMTP) -> str:
        """The answer to a step, or empty; cuts the connection where it is to be cut."""
        key = step, about
        self.asked[key] = self.asked.get(key, 0) + 1
        answer = self.answers.get(step)
        said = answer(about, self.asked[key]) if answer else ""
        if said == CUT:
            assert server.transport is not None
            server.transport.abort()
            raise asyncio.CancelledError
        return said


class _Handler:
    def __init__(self, office: PostOffice) -> None:
        self.office = office

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.office.says("MAIL", address, server):
            return said
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.office.says("RCPT", address, server):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        about = ",".join(envelope.rcpt_tos)
        if said := self.office.says("DATA", about, server):
            return said
        content = envelope.original_content
        assert content is not None
        self.office.taken.append((envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        for address in envelope.rcpt_tos if self.office.deliver else ():
            assert self.office.deliver is not None
            self.office.deliver(address, content)
        if said := self.office.says("AFTER", about, server):
            return said
        return "250 OK"


def _lets_in(
    server: object, session: object, envelope: object, mechanism: str, data: object
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    # not handled: the server is to give the answer
    return AuthResult(success=good and data.login == USER.encode(), handled=False)


@contextmanager
def post_office(folder: Path, *, security: str = "starttls", size: int = 0) -> Iterator[PostOffice]:
    """Run a mail server while the test lasts; its certificate is in the folder."""
    chain, key = certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)
    office = PostOffice()

    handler = _Handler(office)

    def factory() -> SMTP:
        return SMTP(
            handler,
            hostname="post.example",
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_required=security == "starttls",
            auth_require_tls=security == "starttls",
            authenticator=_lets_in,
            data_size_limit=size or 33_554_432,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    opening = loop.create_server(
        factory, "127.0.0.1", 0, ssl=context if security == "tls" else None
    )
    server = loop.run_until_complete(opening)
    office.loop = loop
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_end(loop))
        loop.close()


async def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Let every connection go before the loop ends."""
    tasks = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.05)
