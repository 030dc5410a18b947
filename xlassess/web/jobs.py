"""Long work on record: who asked for what, how far it is, and what came of it.

Each job has a folder in ``jobs/`` of the assessment, where everybody who works there sees it. A
process of its own does the work and holds a lock while it lives. So closing a page, or the desk,
stops nothing; and a job whose process was killed is known by its lock, at once and without a doubt.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from xlassess.files.locks import holding, is_held
from xlassess.files.rights import make_folder
from xlassess.ledger.archive import UNFINISHED
from xlassess.services.common.workbooks.outbox import write_whole

JobState = Literal["waiting", "running", "done", "failed", "stopped"]
"""Where a job is. ``stopped`` is never written: it is one whose process no longer lives."""

PLACE = "jobs"
"""The folder of the assessment that jobs are in."""

_RECORD, _STEPS, _LOCK, _FILES, _RESULT = "job.json", "steps.jsonl", "lock", "files", "result.json"
_ID = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_MOST_KEPT = 50
"""So many jobs that are over are kept, of each kind of work."""

_START_SECONDS, _GRACE_SECONDS = 60.0, 2.0
"""So long a job may wait for its process before it counts as stopped; and so long after its record
was written, as the process takes its lock only then."""

_DO = "import sys; from xlassess.web.work import main; main(sys.argv[1:])"
"""What the process of a job runs. Not as ``-m``: each of its workers would load that module again,
which takes them longer than to read some files."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that was asked for: what, of which round, by whom and when, and where it is.

    ``given`` is what the work was given, ``came`` what came of it in a few values. ``trouble`` is
    what kept it from being done: what is wrong and what to do, line by line; ``fault`` says that it
    was ours.
    """

    id: str
    work: str
    round: str
    by: str
    at: datetime
    given: Mapping[str, Any] = field(default_factory=dict)
    state: JobState = "waiting"
    came: Mapping[str, Any] = field(default_factory=dict)
    trouble: tuple[tuple[str, str], ...] = ()
    fault: bool = False

    @property
    def is_over(self) -> bool:
        """True when nothing more will come of it unless somebody starts it again."""
        return self.state in ("done", "failed", "stopped")


@dataclass(frozen=True, slots=True)
class JobStep:
    """What a job told on its way: how far it is, or the state of one thing that it works on.

    ``name`` is that of the thing, such as a file; empty where the step tells how far it is.
    """

    done: int = 0
    total: int = 0
    name: str = ""
    state: str = ""
    said: str = ""


_JOB, _STEP = TypeAdapter(Job), TypeAdapter(JobStep)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job with what it told so far: how far it is, and each thing as it was told of last."""

    job: Job
    done: int = 0
    total: int = 0
    things: tuple[JobStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of an assessment.

    Args:
        root: the assessment's folder.
    """

    root: Path

    @property
    def place(self) -> Path:
        """The folder that they are in."""
        return self.root / PLACE

    def start(self, job: Job, files: Path | None = None, passwords: Sequence[str] = ()) -> Job:
        """Put a job on record, and begin it.

        Args:
            job: what is to be done; its number is given here.
            files: a folder with what it works on, which becomes the job's.
            passwords: given to its process, and not kept.

        Raises:
            OSError: it cannot be written, or no process can be started.
        """
        made = replace(job, id=f"{job.at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}")
        make_private(self.place)
        self._clear(made.work)
        unfinished = self.place / f"{UNFINISHED}{secrets.token_hex(8)}"
        make_private(unfinished)
        try:
            if files is not None:
                files.rename(unfinished / _FILES)
            write_whole(unfinished / _RECORD, _JOB.dump_json(made, indent=1))
            unfinished.rename(self.place / made.id)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        self._begin(made, passwords)
        return made

    def again(self, number: str, by: str) -> bool:
        """Begin a job anew that was stopped or failed; false for any other, which is left alone.

        Where two do so at once, the later process finds the work done.

        Args:
            number: the job's.
            by: who has it done now: what it records bears their name.

        Raises:
            OSError: it cannot be written, or no process can be started.
        """
        job = self.find(number)
        if job is None or job.state not in ("stopped", "failed"):
            return False
        (self.place / job.id / _STEPS).unlink(missing_ok=True)
        self.keep(replace(job, by=by, state="waiting", trouble=(), fault=False))
        self._begin(job)
        return True

    def remove(self, job: Job) -> None:
        """Take a job that is over off the record, with the files that it still has."""
        if job.is_over:
            shutil.rmtree(self.place / job.id, ignore_errors=True)

    def find(self, number: str) -> Job | None:
        """Return a job by its number, as it stands now."""
        if not _ID.fullmatch(number):
            return None
        folder = self.place / number
        try:
            job = _JOB.validate_json((folder / _RECORD).read_bytes())
        except (OSError, ValidationError):
            return None
        if job.id != number:
            return None
        if job.is_over or is_held(folder / _LOCK) or _is_starting(job, folder / _RECORD):
            return job
        # Its process may have ended between the two looks.
        try:
            later = _JOB.validate_json((folder / _RECORD).read_bytes())
        except (OSError, ValidationError):  # it was taken off the record meanwhile
            return None
        return later if later.is_over else replace(job, state="stopped")

    def of(self, round_name: str, *works: str) -> tuple[Job, ...]:
        """Return the jobs of a round, the newest first.

        Args:
            round_name: the round.
            works: the kinds of work; all, where none is named.
        """
        with suppress(FileNotFoundError):
            names = sorted((path.name for path in self.place.iterdir()), reverse=True)
            jobs = filter(None, map(self.find, names))
            return tuple(
                job for job in jobs
                if job.round == round_name and (job.work in works or not works)
            )  # fmt: skip
        return ()

    def files(self, job: Job) -> Path:
        """Return the folder with what a job works on."""
        return self.place / job.id / _FILES

    def keep_result(self, job: Job, result: Mapping[str, Any]) -> None:
        """Write down what came of a job in full: plain values, read only where they are shown."""
        text = json.dumps(result, ensure_ascii=False)
        write_whole(self.place / job.id / _RESULT, text.encode("utf-8", "replace"))

    def result(self, job: Job) -> Mapping[str, Any]:
        """Return what came of a job in full; empty where nothing was written down."""
        try:
            kept = json.loads((self.place / job.id / _RESULT).read_bytes())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def names(self, job: Job) -> tuple[str, ...]:
        """Return the names of the files that a job works on, as long as it has them."""
        place = self.files(job)
        found = (path for path in place.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(place).as_posix() for path in found))

    def steps(self, job: Job, after: int = 0) -> tuple[tuple[JobStep, ...], int]:
        """Return what a job told on its way, and the place up to which that is.

        Args:
            job: the job.
            after: the place up to which it was read before.
        """
        try:
            with (self.place / job.id / _STEPS).open("rb") as file:
                file.seek(after)
                whole, end, _ = file.read().rpartition(b"\n")
        except OSError:
            return (), 0
        steps: list[JobStep] = []
        for line in whole.splitlines():
            with suppress(ValidationError):
                steps.append(_STEP.validate_json(line))
        return tuple(steps), after + len(whole) + len(end)

    def progress(self, job: Job) -> JobProgress:
        """Return a job with what it told so far."""
        return progress_of(job, self.steps(job)[0])

    def keep(self, job: Job) -> None:
        """Write down where a job is; the record is whole at every moment."""
        write_whole(self.place / job.id / _RECORD, _JOB.dump_json(job, indent=1))

    def tell(self, job: Job, step: JobStep) -> None:
        """Write down a step of a job."""
        with (self.place / job.id / _STEPS).open("ab") as file:
            file.write(_STEP.dump_json(step, exclude_defaults=True) + b"\n")

    @contextmanager
    def held(self, job_id: str) -> Iterator[Job | None]:
        """Hold a job while its process works on it; wait where another does.

        Yields:
            The job as recorded; nothing where it is done, or gone.
        """
        with holding(self.place / job_id / _LOCK):
            try:
                job = _JOB.validate_json((self.place / job_id / _RECORD).read_bytes())
            except (OSError, ValidationError):
                job = None
            yield None if job is None or job.is_over else job

    @contextmanager
    def turn(self, work: str) -> Iterator[None]:
        """Wait until no other job of this kind is at work, and keep others waiting."""
        make_private(self.place)
        with holding(self.place / f".{work}"):
            yield

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Make a folder for files that are coming in, which is gone at the end.

        Yields:
            The folder; a job may take it.
        """
        make_private(self.place)
        self.sweep()
        unfinished = self.place / f"{UNFINISHED}{secrets.token_hex(8)}"
        make_private(unfinished)
        try:
            with holding(unfinished / _LOCK):
                make_private(unfinished / _FILES)
                yield unfinished / _FILES
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what uploads and jobs left behind whose process was killed."""
        for path in self.place.glob(f"{UNFINISHED}*"):
            with suppress(OSError):
                young = time.time() - path.stat().st_mtime < _GRACE_SECONDS
                if not young and not is_held(path / _LOCK):
                    shutil.rmtree(path, ignore_errors=True)

    def _begin(self, job: Job, passwords: Sequence[str] = ()) -> None:
        """Start the process that does a job: it goes on when this one ends."""
        command = [sys.executable, "-c", _DO, str(self.root.resolve()), job.id]
        own: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            own = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        process = subprocess.Popen(  # noqa: S603 - our own program, and no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            # Python looks for modules where it is started: nowhere but where this program is.
            cwd=Path(__file__).parents[2], **own,
        )  # fmt: skip
        told = json.dumps(tuple(passwords)).encode()
        threading.Thread(target=process.communicate, args=(told,), daemon=True).start()

    def _clear(self, work: str) -> None:
        """Take the oldest jobs of a kind off the record, and the files of those that are done."""
        found = (self.find(path.name) for path in self.place.iterdir())
        over = [job for job in found if job and job.is_over]
        mine = sorted((job for job in over if job.work == work), key=lambda job: job.id)
        # What was stopped or failed may hold the only copy of what was handed over: it stays.
        for job in [job for job in mine if job.state == "done"][:-_MOST_KEPT]:
            self.remove(job)
        for job in over:
            if job.state == "done":
                shutil.rmtree(self.files(job), ignore_errors=True)


def progress_of(job: Job, steps: tuple[JobStep, ...]) -> JobProgress:
    """Return a job with what these steps told."""
    things = {step.name: step for step in steps if step.name}
    last = next((step for step in reversed(steps) if not step.name), JobStep())
    return JobProgress(job, last.done, last.total, tuple(things.values()))


def make_private(folder: Path) -> None:
    """Make a folder for files that came in: its owner's alone, or a group's that works there."""
    make_folder(folder, 0o700)


def _is_starting(job: Job, record: Path) -> bool:
    """True for a job whose process may not have taken its lock yet."""
    patience = _START_SECONDS if job.state == "waiting" else _GRACE_SECONDS
    with suppress(OSError):
        return time.time() - record.stat().st_mtime < patience
    return False
