"""How long it takes to collect and read messages, against reading the same workbooks from disk.

Usage: python -m benchmarks.bench_post [MESSAGES]     (default 2000, of some 50 kB each)

The same workbooks are read as files, from a Maildir, from a mailbox file and over IMAP from
Dovecot, each by the command as a user runs it, in an assessment of its own. Seconds are those of
the processor, workers included; those by the clock stand beside them.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from benchmarks.bench_round import command, fill_in, register
from tests.clients.programs import find
from tests.mail.dovecot import MailServerBox, dovecot
from tests.mail.post_office import PASSWORD
from xlassess.ledger import Ledger

MESSAGES = 2000
MOST_TIMES = 3.0
"""Most times what reading the files takes that collecting and reading messages may take."""


def a_message(book: Path) -> bytes:
    """A workbook as it comes back: with a few words in two versions, and the message it answers."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "p@partner.example", "c@council.example"
    mail["Date"] = format_datetime(datetime(2026, 3, 3, tzinfo=timezone.utc))
    mail["Subject"], mail["In-Reply-To"] = f"Re: {book.stem}", "<xlassess.1@council.example>"
    said = "Here it is.\n\nOn Monday, Robin Page wrote:\n" + "> Please fill in the workbook.\n" * 20
    mail.set_content(said)
    mail.add_alternative(f"<html><body><p>{said}</p></body></html>", subtype="html")
    kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    mail.add_attachment(book.read_bytes(), maintype="application", subtype=kind, filename=book.name)
    return b"Received: from x by y; Tue, 3 Mar 2026 10:00:00 +0000\n" + mail.as_bytes()


@contextmanager
def served() -> Iterator[MailServerBox | None]:
    """A mail server that this program may sign in to; nothing where Dovecot is not installed."""
    if find("dovecot") is None:
        yield None
        return
    with dovecot() as box:
        os.environ["SSL_CERT_FILE"] = str(box.home / "certificate.pem")
        os.environ["XLASSESS_IMAP_PASSWORD"] = PASSWORD.replace(" ", "")
        yield box


def counted(root: Path) -> int:
    """How many returns count."""
    with Ledger(root / "ledger.db") as ledger:
        return len(ledger.current("2026"))


def main() -> int:
    """Run and print; exit code 1 when a way takes longer than it may."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        box = stack.enter_context(served())
        blank, inbox = place / "blank", place / "inbox"
        register(blank, count)
        command(blank, "generate")
        fill_in(blank / "outbox", inbox)
        maildir, mbox = place / "maildir", place / "all.mbox"
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True)
        size = 0
        with mbox.open("wb") as file:
            for number, path in enumerate(sorted(inbox.iterdir())):
                mail = a_message(path)
                size += len(mail)
                (maildir / "new" / f"{number:06d}.M1.test").write_bytes(mail)
                file.write(b"From MAILER-DAEMON Tue Mar  3 10:00:00 2026\n" + mail + b"\n")
                if box:
                    box.deliver(mail)
        ways = {"files": [str(inbox)], "Maildir": [str(maildir)], "mailbox file": [str(mbox)]}
        if box:
            ways["IMAP"] = ["--mailbox", box.url]
        print(f"{count:,} messages of {size / count / 1000:.0f} kB")
        print(f"{'':14}   seconds  by the clock  megabytes  ratio")
        passed, plain = True, 0.0
        for name, words in ways.items():
            root = place / name
            shutil.copytree(blank, root)
            begun = time.perf_counter()
            seconds, megabytes = command(root, "ingest", *words)
            clock = time.perf_counter() - begun
            if counted(root) != count:
                raise SystemExit(f"{name}: {counted(root)} of {count} were read")
            plain = plain or seconds
            within = seconds <= MOST_TIMES * plain
            passed = passed and within
            print(
                f"{name:14} {seconds:9.1f} {clock:13.1f} {megabytes:10.0f} "
                f"{seconds / plain:6.2f}{'' if within else '   over'}"
            )
    print(f"wanted: at most {MOST_TIMES:.0f} times the files")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
