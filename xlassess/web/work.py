"""The process that does a job, and what jobs there are.

It is not part of the server: it goes on when the desk is closed, and what it uses of memory is gone
when it ends. Services are imported where they are used, so that each job loads only its own.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.errors import XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.services.common.phrases import ToldMatter, what_is_wrong
from xlassess.web.faults import tell_fault
from xlassess.web.jobs import Job, Jobs, JobStep

if TYPE_CHECKING:
    from xlassess.services.post.send import Ask

_TOLD_SECONDS = 0.1
"""How far a job is, is told no more often than this."""


@dataclass(slots=True)
class JobRun:
    """A job at work: what it was given, and whom it tells how far it is.

    ``passwords`` were typed in with it. They are not on record, so that a job that is begun anew
    has none.
    """

    jobs: Jobs
    job: Job
    folder: AssessmentFolder
    passwords: tuple[str, ...] = ()
    _told: float = field(default=0.0, init=False)

    @property
    def given(self) -> Mapping[str, Any]:
        """What the job was given."""
        return self.job.given

    @property
    def files(self) -> Path:
        """The folder with what it works on."""
        return self.jobs.files(self.job)

    @staticmethod
    def clock() -> datetime:
        """Return the present moment, in UTC."""
        return datetime.now(timezone.utc)

    def watch(self, done: int, total: int) -> None:
        """Take note of how far it is; made to be given to services."""
        now = time.monotonic()
        if done >= total or now - self._told >= _TOLD_SECONDS:
            self._told = now
            self.jobs.tell(self.job, JobStep(done, total))

    def tell(self, name: str, state: str, said: str = "") -> None:
        """Tell the state of one thing that it works on, in words."""
        self.jobs.tell(self.job, JobStep(name=name, state=state, said=said))

    def keep_matters(self, matters: Iterable[ToldMatter]) -> None:
        """Keep what people have to know of, as what came of the job in full."""
        self.jobs.keep_result(self.job, {"matters": [asdict(one) for one in matters]})


def do(jobs: Jobs, number: str, passwords: Sequence[str] = ()) -> None:
    """Do a job, unless it is done; what comes of it is on record, whatever that is.

    Args:
        jobs: the jobs of the assessment.
        number: the job's.
        passwords: typed in with it.
    """
    with jobs.held(number) as job:
        if job is None:
            return
        with jobs.turn(job.work):
            running = replace(job, state="running")
            jobs.keep(running)
            over = _done(jobs, running, tuple(passwords))
            jobs.keep(over)
            if over.state == "done":
                shutil.rmtree(jobs.files(job), ignore_errors=True)


def _done(jobs: Jobs, job: Job, passwords: tuple[str, ...]) -> Job:
    """Do a job and return it as it ended."""
    try:
        folder = open_folder(jobs.root, job.round)
        came = WORK[job.work](JobRun(jobs, job, folder, passwords))
    except (XlassessError, OSError) as error:
        return replace(job, state="failed", trouble=what_is_wrong(error))
    except Exception as fault:  # ours; what it was is told where the desk runs
        tell_fault(fault)
        return replace(job, state="failed", trouble=what_is_wrong(fault), fault=True)
    return replace(job, state="done", came=came)


def _generate(run: JobRun) -> Mapping[str, Any]:
    """Write the workbooks."""
    from xlassess.services.generate import generate, matters

    made = generate(
        run.folder, now=run.clock(), reissue=bool(run.given.get("reissue")), watch=run.watch,
        by=run.job.by, workers=None,
    )  # fmt: skip
    run.keep_matters(matters(made))
    outcomes = [book.outcome for book in made.workbooks]
    counts = {name: outcomes.count(name) for name in dict.fromkeys(outcomes)}
    return {"outcomes": counts, "remarks": list(made.remarks)}


def _draft(run: JobRun) -> Mapping[str, Any]:
    """Write messages as drafts."""
    from xlassess.services.post.mail_report import unwritten
    from xlassess.services.post.send import draft

    ask = _ask(run)
    made = draft(run.folder, ask, now=run.clock())
    run.keep_matters(unwritten(made.composed))
    references = [reference for one in made.drafts for reference in one.references]
    return {
        "kind": run.given["kind"], "messages": len(made.drafts), "references": references,
        "edited": [one.relative_to(run.folder.root).as_posix() for one in made.edited],
    }  # fmt: skip


def _post(run: JobRun) -> Mapping[str, Any]:
    """Hand messages to the mail server: those that somebody looked at, each at most once."""
    from xlassess.services.post.mail_report import posted_in_words, unwritten
    from xlassess.services.post.send import post

    ask = _ask(run)
    composed, posted = post(
        run.folder, ask, clock=run.clock, watch=run.watch, seen=run.given["seen"], by=run.job.by
    )
    run.keep_matters((*posted_in_words(posted, composed), *unwritten(composed)))
    sent = sum(one.handover.taken == "sent" for one in posted.messages)
    return {"kind": run.given["kind"], "messages": sent}


def _ask(run: JobRun) -> Ask:
    from xlassess.services.post.send import Ask

    kind = run.given["kind"]
    attach = kind not in ("reminder", "progress_reminder")
    return Ask(kind, attach=attach, by_turn=kind == "reminder")


def _paper(run: JobRun) -> Mapping[str, Any]:
    """Write a paper: the summary workbook, the report or the data."""
    from xlassess.services.papers.consolidate import consolidate
    from xlassess.services.papers.export import export_round
    from xlassess.services.papers.report import report

    by, shown = run.job.by, run.given["shown"]
    if run.given["what"] == "report":
        written = report(run.folder, None, None, now=run.clock(), shown=shown, by=by)
    elif run.given["what"] == "data":
        data = export_round(run.folder, "csv", None, now=run.clock(), shown=shown, by=by)
        return {"files": len(data.files), "told": [*_told(data), *_older(run)]}
    else:
        summary = consolidate(run.folder, now=run.clock(), shown=shown, by=by)
        told = _told(summary)
        if summary.edited:
            told.append(f"Somebody had edited the summary: it is kept as {summary.edited.name}.")
        return {"returned": summary.returned, "told": [*told, *_older(run)]}
    return {"returned": written.returned, "told": [*_told(written), *_older(run)]}


def _older(run: JobRun) -> tuple[str, ...]:
    """Older papers that show more than is shown now."""
    from xlassess.services.common.showing_more import older_in_a_line, older_papers

    return older_in_a_line(older_papers(run.folder))


class _Written(Protocol):
    """A paper that was written, with what is worth telling of how it shows answers."""

    @property
    def promised(self) -> str: ...
    @property
    def exposed(self) -> str: ...
    @property
    def held(self) -> str: ...


def _told(paper: _Written) -> list[str]:
    """What the commands say of a paper: less was promised, letters hide little, returns wait."""
    return [line for line in (paper.promised, paper.exposed, paper.held) if line]


def _read(run: JobRun) -> Mapping[str, Any]:
    """Read the files that came in."""
    from xlassess.services.common.received import in_plain_values, told_of, totals
    from xlassess.services.ingest import ingest

    result = ingest(
        run.folder, [run.files], now=run.job.at, passwords=run.passwords, watch=run.watch,
        tell=lambda file: run.tell(*told_of(file)), by=run.job.by,
    )  # fmt: skip
    run.jobs.keep_result(run.job, in_plain_values(result, run.jobs.names(run.job)))
    return {"total": totals(result)}


def _collect(run: JobRun) -> Mapping[str, Any]:
    """Read the new messages of the mailbox."""
    from xlassess.services.common.received import in_plain_values, told_of, totals
    from xlassess.services.post.collect_mail import collect_mail

    mail = run.folder.assessment().mail
    result = collect_mail(
        run.folder, mail.mailbox if mail else "", now=run.clock(), passwords=run.passwords,
        watch=run.watch, tell=lambda file: run.tell(*told_of(file)), by=run.job.by,
    )  # fmt: skip
    # Also where the connection broke: what was read before that stands on the page.
    broke = [f"{result.broke.message} {result.broke.remedy}"] if result.broke else []
    told = {**in_plain_values(result.ingested), "mailbox": [*broke, *result.lines]}
    run.jobs.keep_result(run.job, told)
    total = totals(result.ingested) if result.taken else result.lines[0]
    return {"total": f"Broken off. {total}" if broke else total}


def _query(run: JobRun) -> Mapping[str, Any]:
    """Write a query workbook for each return that is in doubt."""
    from xlassess.services.query import query

    made = query(run.folder, now=run.clock(), by=run.job.by)
    outcomes = [book.outcome for book in made.workbooks]
    return {"outcomes": {name: outcomes.count(name) for name in dict.fromkeys(outcomes)}}


def _verify(run: JobRun) -> Mapping[str, Any]:
    """Check whether everything on record still is as it was recorded."""
    from xlassess.services.setup.verify import verify

    result = verify(run.folder)
    return {
        "holds": result.holds, "verdict": result.verdict, "looked": result.looked,
        "faults": [one.message for one in result.faults], "remarks": list(result.remarks),
        "note": result.to_note,
    }  # fmt: skip


def _plan(run: JobRun) -> Mapping[str, Any]:
    """Write the plan workbook, or bring it up to date."""
    from xlassess.services.plans.plan import plan

    made = plan(run.folder, now=run.clock(), reissue=bool(run.given.get("reissue")), by=run.job.by)
    return {"outcome": made.outcome, "waiting": made.waiting, "left": made.needs_person}


def _workshop(run: JobRun) -> Mapping[str, Any]:
    """Write the workshop workbooks, or bring them up to date."""
    from xlassess.services.plans.workshop import workshop

    again = bool(run.given.get("reissue"))
    made = workshop(run.folder, now=run.clock(), reissue=again, by=run.job.by)
    return {"workbooks": len(made), "left": any(one.needs_person for one in made)}


def _feedback(run: JobRun) -> Mapping[str, Any]:
    """Write a page for each respondent."""
    from xlassess.services.papers.feedback import feedback

    made = feedback(run.folder, now=run.clock(), by=run.job.by)
    told = _told(made)
    told += [f"Somebody had edited a page: it is kept as {one.name}." for one in made.edited]
    return {"pages": len(made.pages), "told": told}


def _follow_up(run: JobRun) -> Mapping[str, Any]:
    """Write the paper on what came of the plan."""
    from xlassess.services.plans.follow_up import progress_paper

    counts = progress_paper(run.folder, now=run.clock(), by=run.job.by).paper.counts
    return {"agreed": counts.agreed, "open": counts.open}


def _progress(run: JobRun) -> Mapping[str, Any]:
    """Write a workbook for each owner of an action, to report in."""
    from xlassess.services.plans.follow_up import progress

    day = run.given.get("return_by")
    made = progress(
        run.folder, now=run.clock(), return_by=date.fromisoformat(day) if day else None,
        reissue=bool(run.given.get("reissue")), by=run.job.by,
    )  # fmt: skip
    return {
        "workbooks": len(made.workbooks), "nobodys": len(made.nobodys), "left": made.needs_person,
    }  # fmt: skip


def _close(run: JobRun) -> Mapping[str, Any]:
    """Close the round, with an archive of it."""
    from xlassess.services.setup.rounds import close_round

    reason = str(run.given.get("reason", ""))
    closed = close_round(run.folder, now=run.clock(), reason=reason, by=run.job.by)
    return {"archive": closed.archive.name, "files": closed.files}


WORK: Mapping[str, Callable[[JobRun], Mapping[str, Any]]] = {
    "read": _read,
    "mailbox": _collect,
    "generate": _generate,
    "draft": _draft,
    "post": _post,
    "paper": _paper,
    "query": _query,
    "verify": _verify,
    "plan": _plan,
    "workshop": _workshop,
    "feedback": _feedback,
    "progress paper": _follow_up,
    "progress": _progress,
    "close": _close,
}
"""What each kind of job does. What it returns is kept with the job as JSON: a few
plain values. What is long goes to `Jobs.keep_result`."""


def main(arguments: Sequence[str]) -> None:
    """Do the job that is named; passwords come where nobody else can read them.

    Args:
        arguments: the assessment's folder, and the number of the job.
    """
    root, number = arguments
    passwords = json.loads(sys.stdin.read() or "[]")
    do(Jobs(Path(root)), number, passwords)
