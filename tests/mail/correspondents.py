"""People with a mail program: they fetch what came for them, and send an answer to it."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from imaplib import IMAP4_SSL
from pathlib import Path
from smtplib import SMTP

from tests.mail.dovecot import MailServerBox
from tests.mail.post_office import PASSWORD, USER


@dataclass(frozen=True)
class Correspondent:
    """Somebody with an address at the mail servers of a test."""

    address: str
    box: MailServerBox
    smtp_port: int
    certificate: Path
    password: str = PASSWORD

    @property
    def user(self) -> str:
        return self.address.partition("@")[0]

    def inbox(self) -> list[EmailMessage]:
        """Everything in the inbox, in the order it came, as the server gives it."""
        secure = ssl.create_default_context(cafile=str(self.certificate))
        with IMAP4_SSL("127.0.0.1", self.box.port, ssl_context=secure) as imap:
            imap.login(self.user, PASSWORD.replace(" ", ""))
            imap.select("INBOX")
            _, (numbers,) = imap.search(None, "ALL")
            found = [imap.fetch(one.decode(), "(RFC822)")[1][0] for one in numbers.split()]
        mails = [message_from_bytes(one[1], policy=policy.default) for one in found if one]  # type: ignore[arg-type]
        return [one for one in mails if isinstance(one, EmailMessage)]

    def answer(
        self, mail: EmailMessage, said: str, files: Sequence[Path] = (), **headers: str
    ) -> None:
        """Answer to a message as mail programs do: to Reply-To, with what it answers to named."""
        to = (mail["Reply-To"] or mail["From"]).addresses[0].addr_spec
        made = EmailMessage(policy=policy.SMTP)
        made["From"], made["To"] = self.address, to
        made["Subject"] = f"Re: {mail['Subject']}"
        made["In-Reply-To"] = made["References"] = mail["Message-ID"]
        made["Message-ID"] = make_msgid(domain="example.org")
        for name, text in headers.items():
            made[name.replace("_", "-")] = text
        made.set_content(f"{said}\n\nOn Monday, {mail['From']} wrote:\n> Dear colleague\n")
        for file in files:
            made.add_attachment(
                file.read_bytes(), maintype="application", subtype="octet-stream",
                filename=file.name,
            )  # fmt: skip
        self.send(made, to)

    def send(self, made: EmailMessage, to: str) -> None:
        """Hand a message to the mail server."""
        with SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=str(self.certificate)))
            smtp.login(USER, self.password)
            smtp.sendmail(self.address, [to], made.as_bytes())


def attached(mail: EmailMessage, place: Path) -> Path:
    """Save the workbook that came with a message, under its own name, and return where it is."""
    place.mkdir(parents=True, exist_ok=True)
    (book,) = [one for one in mail.iter_attachments() if one.get_content_maintype() != "text"]
    name = book.get_filename()
    assert name is not None
    path = place / name
    path.write_bytes(book.get_content())
    return path
