"""The verbs that `benchmarks.kill_runs` breaks off, and what each must come to all the same."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.mail.dovecot import MailServerBox, dovecot
from tests.mail.post_office import PASSWORD, PostOffice, post_office
from tests.services.planned import a_planned_folder, entered, fill
from tests.services.plans.test_plan import DECIDED
from tests.services.post.test_collect_mail import a_mail
from tests.services.post.test_posting import a_round
from tests.services.small import a_folder, answer, unclear_pair, write_toolkit
from xlassess.assessment.rounds import has_rounds, round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.ledger.archive import UNFINISHED
from xlassess.services.common.opening import open_folder
from xlassess.services.decide import Why, choose, mark, settle, waive
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.export import export_round
from xlassess.services.papers.report import report
from xlassess.services.plans.follow_up import progress, progress_paper
from xlassess.services.plans.plan import plan
from xlassess.services.post.collect_mail import collect_mail
from xlassess.services.post.send import Ask, post
from xlassess.services.query import query
from xlassess.services.setup.init import begin
from xlassess.services.setup.rounds import begin_round, close_round
from xlassess.services.setup.verify import verify

_PEOPLE = tuple(
    (f"Partner {number % 3}", name, "Board")
    for number, name in enumerate(("Ada Ash", "Abe Ash", "Bea Birch", "Cy Cox", "Dee Day"))
)
_DOUBTFUL = ("Agree", "Mostly", None)

Act = Callable[[AssessmentFolder, datetime], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One verb: how the folder comes to be as the verb finds it, and the verb.

    Before each run, ``servers`` puts those it speaks to in order; ``outside`` waits until they are
    done, and says what they hold.
    """

    prepare: tuple[Act, ...]
    act: Act
    servers: Callable[[AssessmentFolder], object] = lambda folder: None
    outside: Callable[[], dict[str, Any]] = dict


def _fresh(folder: AssessmentFolder, now: datetime) -> None:
    del now
    a_folder(folder.root, _PEOPLE)
    folder.secret_file.write_text("5a" * 32)


def _post(folder: AssessmentFolder, now: datetime) -> None:
    """What comes back: two good returns, one in doubt, a letter, and two for one workbook."""
    del now
    inbox = folder.root / "inbox"
    first, second = unclear_pair(folder, inbox)
    del first, second
    answer(folder, "Abe Ash", inbox / "abe.xlsx")
    answer(folder, "Bea Birch", inbox / "bea.xlsx", _DOUBTFUL)
    answer(folder, "Cy Cox", inbox / "below" / "cy.xlsx")
    (inbox / "letter.txt").write_text("Dear colleagues")
    shutil.make_archive(str(inbox / "zipped"), "zip", inbox / "below")


def _ingest(folder: AssessmentFolder, now: datetime) -> None:
    ingest(folder, [folder.root / "inbox"], now=now, workers=1)


def _reword(folder: AssessmentFolder, now: datetime) -> None:
    del now
    from tests.services.small import TOOLKIT

    write_toolkit(folder, TOOLKIT.replace('"1.0"', '"1.1"').replace("know", "like"))


def _decide(folder: AssessmentFolder, now: datetime) -> None:
    why = Why(now, "Because", "Cora")
    with Ledger(folder.ledger_file) as ledger:
        issued = {one.respondent: one.reference for one in ledger.issued("2026")}
        settled, counts = ledger.register().outcomes, ledger.current("2026")
        returns = {ret.file.rpartition("/")[2]: ret for ret in ledger.history("2026")}
    open_ones = [one.number for one in returns["bea.xlsx"].findings if one.is_open]
    if open_ones:
        waive(folder, open_ones, why)
    if counts[issued["Ada Ash"]].number != returns["second.xlsx"].number:
        choose(folder, issued["Ada Ash"], str(returns["second.xlsx"].number), why)
    if not settled:
        settle(folder, issued["Dee Day"], "nil return", why)


def _init(folder: AssessmentFolder, now: datetime) -> None:
    """Begin; what an earlier try left is removed, as the message says."""
    del now
    new = AssessmentFolder(folder.root / "new")
    if not new.settings_file.exists():
        for path in (new.secret_file, new.register_file):
            path.unlink(missing_ok=True)
        begin(new.root)


def _planned(folder: AssessmentFolder, now: datetime) -> None:
    """Everybody has answered, and two propose an action."""
    del now
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.secret_file.write_text("5a" * 32)
    a_planned_folder(folder.root)


def _plan_filled(folder: AssessmentFolder, now: datetime) -> None:
    path = plan(folder, now=now).path
    fill(folder, path, entered(DECIDED), folder.root / "inbox" / "plan.xlsx")


def _plan_in_doubt(folder: AssessmentFolder, now: datetime) -> None:
    """The plan comes back with an action that nobody is named for."""
    path = plan(folder, now=now).path
    said = {**DECIDED, "1": {"decision": "Adopt", "owner": None}}
    fill(folder, path, entered(said), folder.root / "inbox" / "plan.xlsx")


def _round_new(folder: AssessmentFolder, now: datetime) -> None:
    """Begin the next round; that it is there already is as good."""
    if not has_rounds(folder.root) or "2027" not in round_names(folder.root):
        begin_round(open_folder(folder.root), "2027", date(2030, 3, 31), now=now)


def _round_close(folder: AssessmentFolder, now: datetime) -> None:
    """Close the round; that its archive is there already is as good."""
    if not any(folder.home.glob("archive-*")):
        close_round(folder, now=now)


RUNNING = ExitStack()
"""What was started for all cases; it must be closed before the program can end."""


@lru_cache(maxsize=1)
def _servers() -> tuple[PostOffice, MailServerBox]:
    """A server that mail goes to and one that it is fetched from, until this program ends."""
    place = Path(RUNNING.enter_context(tempfile.TemporaryDirectory()))
    office = RUNNING.enter_context(post_office(place))
    box = RUNNING.enter_context(dovecot())
    known = (place / "certificate.pem", box.home / "certificate.pem")
    (place / "known.pem").write_bytes(b"".join(one.read_bytes() for one in known))
    os.environ["SSL_CERT_FILE"] = str(place / "known.pem")
    os.environ["XLASSESS_SMTP_PASSWORD"] = PASSWORD
    os.environ["XLASSESS_IMAP_PASSWORD"] = PASSWORD.replace(" ", "")
    return office, box


def _to_send(folder: AssessmentFolder, now: datetime) -> None:
    del now
    a_round(folder.root, _servers()[0])


def _send(folder: AssessmentFolder, now: datetime) -> None:
    """Send, and settle what is uncertain as whoever looks into the server's log does."""
    office, ask = _servers()[0], Ask("invitation")
    composed, _ = post(folder, ask, clock=lambda: now)
    reached = {address for _, to, _ in office.taken for address in to}
    with Ledger(folder.ledger_file) as ledger:
        addresses = {one.reference: one.email for one in ledger.issued()}
    for one in composed.uncertain:
        (reference,) = one.references
        if addresses[reference] in reached:
            mark(folder, [reference], "sent", Why(now))
        else:
            post(folder, Ask("invitation", (reference,), again=True), clock=lambda: now)


def _took() -> dict[str, Any]:
    office = _servers()[0]
    office.idle()
    return {"reached": sorted(office.reached)}


def _fill_mailbox(folder: AssessmentFolder) -> None:
    """Begin with an empty mailbox; what comes back is in messages, with others between them."""
    box = _servers()[1]
    shutil.rmtree(box.home / "mail" / "cora", ignore_errors=True)
    for path in sorted((folder.root / "inbox").rglob("*.*")):
        for content in _mails(path):
            box.deliver(content)


@lru_cache
def _mails(path: Path) -> tuple[bytes, bytes]:
    """A message that brings a file and one that has nothing to do with it, the same every time."""
    return a_mail(path), a_mail(None, f"Lunch on Friday? Not about {path.stem}.")


def _mailboxes() -> dict[str, Any]:
    box = _servers()[1]
    return {"inbox": len(box.held()), "done": len(box.held(".Done"))}


def _collect(folder: AssessmentFolder, now: datetime) -> None:
    collect_mail(folder, _servers()[1].url, now=now, move_to="Done", workers=1)


_CAME_BACK = (_fresh, lambda f, n: generate(f, now=n), _post)
_READ = (*_CAME_BACK, _ingest)
CASES: dict[str, Case] = {
    "generate": Case((_fresh,), lambda f, n: generate(f, now=n)),
    "reissue": Case((*_CAME_BACK, _reword), lambda f, n: generate(f, now=n, reissue=True)),
    "ingest": Case(_CAME_BACK, _ingest),
    "query": Case(_READ, lambda f, n: query(f, now=n)),
    "decisions": Case(_READ, _decide),
    "settle": Case((*_READ, lambda f, n: query(f, now=n), _decide), lambda f, n: query(f, now=n)),
    "consolidate": Case(_READ, lambda f, n: consolidate(f, now=n)),
    "export": Case(_READ, lambda f, n: export_round(f, None, None, now=n)),
    "report": Case(_READ, lambda f, n: report(f, None, None, now=n)),
    "init": Case((_fresh,), _init),
    "plan": Case((_planned,), lambda f, n: plan(f, now=n)),
    "plan-back": Case((_planned, _plan_filled), _ingest),
    "plan-query": Case((_planned, _plan_in_doubt, _ingest), lambda f, n: query(f, now=n)),
    "progress": Case((_planned, _plan_filled, _ingest), lambda f, n: progress(f, now=n)),
    "paper": Case((_planned, _plan_filled, _ingest), lambda f, n: progress_paper(f, now=n)),
    "round-new": Case(_READ, _round_new),
    "round-close": Case(_READ, _round_close),
    "send": Case((_to_send,), _send, lambda folder: _servers()[0].taken.clear(), _took),
    "mailbox": Case(_CAME_BACK, _collect, _fill_mailbox, _mailboxes),
}


_OF_THE_MOMENT = ("output/", "new/", "archive-", "rounds/2027/partners")
"""Where files hold the moment at which they were written, or how often something was tried."""


def outcome(folder: AssessmentFolder) -> dict[str, Any]:
    """All of a folder that an undisturbed run and one done again must have in common."""
    found: dict[str, Any] = {
        str(path.relative_to(folder.root)): path.stat().st_size
        for path in folder.root.rglob("*")
        if path.is_file()
        and not path.name.startswith("ledger.db")
        # What a run that was broken off had put in place is kept, too, by the next.
        and path.parent.name != "earlier"
        # left to whoever may just be writing it; what is old is swept away
        and not any(part.startswith(UNFINISHED) for part in path.relative_to(folder.root).parts)
    }
    found = {name: 0 if name.startswith(_OF_THE_MOMENT) else size for name, size in found.items()}
    if not folder.ledger_file.exists():
        return found
    found["faults"] = [fault.message for fault in verify(folder).faults]
    with Ledger(folder.ledger_file) as ledger:
        found["issued"] = sorted((i.reference, i.sha256) for i in ledger.issued())
        found["queries"] = sorted((q.reference, q.sha256) for q in ledger.queries())
        found["current"] = {
            name: (ret.file, ret.state, [(a.item, a.field, a.value) for a in ret.answers])
            for name, ret in sorted(ledger.current("2026").items())
        }
        found["history"] = sorted(
            (r.file, r.sha256, r.state, sorted(f.kind.code for f in r.findings))
            for r in ledger.history()
        )
        register = ledger.register()
        found["joint"] = sorted((i.reference, i.sha256) for i in ledger.joint())
        found["plans"] = {name: repr(plan.actions) for name, plan in ledger.plans().items()}
        found["closed"] = sorted(ledger.closed_rounds())
        found["outcomes"] = sorted((ref, o.kind) for ref, o in register.outcomes.items())
        found["events"] = Counter(event.what for event in ledger.events())
    found["sent"] = sorted(register.sent)
    for told_again in (
        "message begun",
        "message ended",
        "mailbox read",
        "consolidated",
        "exported",
        "plan written",
        "progress written",
        "progress counted",
        "round closed",
    ):
        found["events"].pop(told_again, None)
    return found
