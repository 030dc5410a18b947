"""Jobs: on record, done by a process of their own, and told as they are whatever ends it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.small import LATER, a_folder, with_addresses, write_register
from tests.web.desks import FROM_HERE, DeskClient, a_desk, number_in, process_of, until, words_in
from xlassess.model.errors import XlassessError
from xlassess.web import work
from xlassess.web.jobs import Job, Jobs
from xlassess.web.work import JobRun, do


def a_job(kind: str = "generate", **given: Any) -> Job:
    return Job("", kind, "2026", "Cora Coordinator", LATER, given)


def works(monkeypatch: pytest.MonkeyPatch, one: Callable[[JobRun], Mapping[str, Any]]) -> None:
    monkeypatch.setattr(work, "WORK", {"generate": one})


def now(jobs: Jobs, job: Job) -> Job:
    found = jobs.find(job.id)
    assert found is not None
    return found


def aged(jobs: Jobs, job: Job, seconds: float = 3600) -> None:
    """Let the record of a job look as if it had been written so long ago."""
    record = jobs.place / job.id / "job.json"
    then = time.time() - seconds
    os.utime(record, (then, then))


def test_job__is_done_by_a_process_of_its_own(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "fresh")
    jobs = Jobs(folder.root)
    job = jobs.start(a_job())
    assert now(jobs, job).state == "waiting"
    until(lambda: now(jobs, job).is_over)
    done = now(jobs, job)
    assert (done.state, done.came["outcomes"]) == ("done", {"new": 3})
    assert len(list(folder.outbox.glob("*.xlsx"))) == 3
    so_far = jobs.progress(done)
    assert (so_far.done, so_far.total) == (3, 3)


@pytest.mark.usefixtures("idle")
def test_job__what_it_tells_is_read_on_from_where_one_was(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tells(run: JobRun) -> Mapping[str, Any]:
        run.tell("a.xlsx", "received")
        run.watch(1, 2)
        run.tell("a.xlsx", "read", "2 answers")
        return {"given": run.given["what"], "passwords": len(run.passwords)}

    works(monkeypatch, tells)
    job = jobs.start(a_job(what="é"))
    do(jobs, job.id, ["secret"])
    steps, place = jobs.steps(job)
    assert [step.state or step.done for step in steps] == ["received", 1, "read"]
    assert jobs.steps(job, place) == ((), place)
    so_far = jobs.progress(now(jobs, job))
    assert [(step.name, step.state, step.said) for step in so_far.things] == [
        ("a.xlsx", "read", "2 answers")
    ]
    assert now(jobs, job).came == {"given": "é", "passwords": 1}
    written = [path.read_bytes() for path in jobs.place.rglob("*") if path.is_file()]
    assert not any(b"secret" in content for content in written)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("raised", "told", "fault"),
    [(XlassessError("Wrong.", "Do this."), ("Wrong.", "Do this."), False),
     (PermissionError(13, "Denied", "x.xlsx"), ("Cannot read or write x.xlsx (Denied)", ""), False),
     (ZeroDivisionError("x"), ("Something went wrong: ZeroDivisionError.", ""), True)],
    ids=["ours", "disk", "fault"],
)  # fmt: skip
def test_job__that_cannot_be_done_says_why_and_can_be_begun_again(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    raised: Exception, told: tuple[str, str], fault: bool,
) -> None:  # fmt: skip
    def fails(run: JobRun) -> Mapping[str, Any]:
        raise raised

    works(monkeypatch, fails)
    job = jobs.start(a_job())
    do(jobs, job.id)
    failed = now(jobs, job)
    assert (failed.state, failed.fault) == ("failed", fault)
    ((wrong, remedy),) = failed.trouble
    assert wrong.startswith(told[0])
    assert remedy.startswith(told[1])
    assert ("Traceback" in capsys.readouterr().err) is fault
    works(monkeypatch, lambda run: {})
    do(jobs, job.id)
    assert now(jobs, job).state == "failed"  # nobody asked for it
    assert jobs.again(job.id, "Carl Coordinator")
    do(jobs, job.id)
    # what it records now bears the name of whoever had it done
    assert (now(jobs, job).state, now(jobs, job).by) == ("done", "Carl Coordinator")
    assert not jobs.again(job.id, "Carl Coordinator")


@pytest.mark.usefixtures("idle")
def test_job__whose_process_never_came_is_stopped(jobs: Jobs) -> None:
    job = jobs.start(a_job())
    assert now(jobs, job).state == "waiting"
    aged(jobs, job)
    assert now(jobs, job).state == "stopped"


@pytest.mark.usefixtures("idle")
def test_job__done_by_two_processes_is_done_once(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    began: list[str] = []

    def slow(run: JobRun) -> Mapping[str, Any]:
        began.append(run.job.id)
        time.sleep(0.2)
        return {}

    works(monkeypatch, slow)
    job = jobs.start(a_job())
    both = [threading.Thread(target=do, args=(jobs, job.id)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert began == [job.id]


@pytest.mark.usefixtures("idle")
def test_job__waits_for_others_of_its_kind(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    works(monkeypatch, lambda run: {})
    job = jobs.start(a_job())
    with jobs.turn("generate"):
        waits = threading.Thread(target=do, args=(jobs, job.id))
        waits.start()
        time.sleep(0.2)
        aged(jobs, job)
        assert now(jobs, job).state == "waiting"  # its process lives, so it is not stopped
    waits.join()
    assert now(jobs, job).state == "done"


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("number", ["", "..", "../jobs", "20260312T090000-zz", "x" * 999, "a/b"])
def test_job__of_no_such_number_is_none(jobs: Jobs, desk: DeskClient, number: str) -> None:
    jobs.start(a_job())
    assert jobs.find(number) is None
    assert desk.get("/job/events", **{}).status_code == 409
    assert desk.ask("GET", "/job/events", params={"id": number}).status_code == 409


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("record", [b"", b"{", b"[]", b'{"id": 1}', b"\xff\xfe"])
def test_job__with_a_record_that_is_none_is_passed_over(jobs: Jobs, record: bytes) -> None:
    kept, broken = jobs.start(a_job()), jobs.start(a_job())
    (jobs.place / broken.id / "job.json").write_bytes(record)
    assert [job.id for job in jobs.of("2026")] == [kept.id]


@pytest.mark.usefixtures("idle")
def test_jobs__are_those_of_the_round_the_newest_first(jobs: Jobs) -> None:
    from dataclasses import replace

    first = jobs.start(a_job())
    last = jobs.start(replace(a_job("read"), at=LATER + timedelta(hours=1)))
    jobs.start(replace(a_job(), round="2027"))
    assert [job.id for job in jobs.of("2026")] == [last.id, first.id]
    assert [job.id for job in jobs.of("2026", "read")] == [last.id]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("idle")
def test_job__taken_off_the_record_while_it_is_looked_for_is_gone(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.start(a_job())
    aged(jobs, job)

    def removed(lock: Path) -> bool:
        shutil.rmtree(lock.parent)
        return False

    monkeypatch.setattr("xlassess.web.jobs.is_held", removed)
    assert jobs.find(job.id) is None
    assert jobs.of("2026") == ()


@pytest.mark.thorough
def test_job__that_was_killed_is_stopped_and_done_once_when_begun_again(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "many")
    write_register(folder, with_addresses([f"P{number:04d}" for number in range(400)]))
    jobs = Jobs(folder.root)
    job = jobs.start(a_job())
    until(lambda: any(folder.outbox.glob("*.xlsx")) or now(jobs, job).is_over)
    os.kill(process_of(job.id), signal.SIGKILL)
    until(lambda: now(jobs, job).is_over)
    assert now(jobs, job).state == "stopped"
    desk = a_desk(folder)
    page = desk.get(f"/job?id={job.id}")
    assert "stopped before the end" in words_in(page)
    fields = {"number": number_in(page), "job": job.id, "what": "again"}
    assert desk.post("/job", fields).status_code == 303
    until(lambda: now(jobs, job).is_over)
    done = now(jobs, job)
    assert done.state == "done"
    assert sum(done.came["outcomes"].values()) == 400
    assert len(list(folder.outbox.glob("[!.]*.xlsx"))) == 400


@pytest.mark.usefixtures("idle")
def test_events__tell_each_thing_as_it_stands_and_that_it_is_over(
    jobs: Jobs, desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tells(run: JobRun) -> Mapping[str, Any]:
        for state in ("received", "read"):
            run.tell("<b>a\u202e.xlsx", state)
        run.watch(3, 3)
        return {}

    works(monkeypatch, tells)
    job = jobs.start(a_job())
    do(jobs, job.id)
    answer = desk.get(f"/job/events?id={job.id}")
    assert answer.headers["content-type"].startswith("text/event-stream")
    thing, count, over = list(events(answer.text))
    assert thing[0] == "thing"
    assert "&lt;b&gt;a\\u202e.xlsx" in thing[1]
    assert ">read<" in thing[1]
    assert count == ("count", json.dumps([3, 3]))
    assert over[0] == "over"


def events(text: str) -> Iterator[tuple[str, str]]:
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), data.removeprefix("data: ")


@pytest.mark.usefixtures("idle")
def test_job__is_taken_off_the_list_only_when_it_is_over(jobs: Jobs, desk: DeskClient) -> None:
    job = jobs.start(a_job())
    fields = {"number": number_in(desk.get("/send?show=all")), "job": job.id, "what": "remove"}
    desk.post("/job", fields)
    assert jobs.find(job.id)
    aged(jobs, job)
    fields["number"] = number_in(desk.get("/send?show=all"))
    assert desk.post("/job", fields, FROM_HERE).status_code == 303
    assert jobs.find(job.id) is None
    assert not (jobs.place / job.id).exists()


@pytest.mark.usefixtures("idle")
def test_jobs__old_ones_go_and_those_with_something_to_do_stay(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlassess.web.jobs._MOST_KEPT", 2)
    works(monkeypatch, lambda run: {})
    from dataclasses import replace

    made = []
    for hour in range(4):
        job = jobs.start(replace(a_job(), at=LATER + timedelta(hours=hour)))
        do(jobs, job.id)
        made.append(job.id)
    waiting = jobs.start(replace(a_job(), at=LATER - timedelta(days=1)))
    assert {job.id for job in jobs.of("2026")} == {*made[2:], waiting.id}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of files")
@pytest.mark.usefixtures("idle")
def test_jobs__are_their_owners_alone(jobs: Jobs, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    before = os.umask(0o022)
    try:
        jobs.start(a_job(), files)
    finally:
        os.umask(before)
    assert jobs.place.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("idle")
def test_done__is_said_of_a_job_only_once_it_has_ended(desk: DeskClient, jobs: Jobs) -> None:
    fields = {"number": number_in(desk.get("/send")), "what": "reissue"}
    shown = desk.post("/send", fields).headers["location"]
    begun = desk.get(shown)
    assert "Begun." in words_in(begun)
    assert "Done." not in words_in(begun)
    (job,) = jobs.of("2026", "generate")
    jobs.keep(replace(job, state="failed", trouble=(("The disk is full.", "Free some space."),)))
    failed = words_in(desk.get(shown))
    assert "Not finished." in failed
    assert "Done." not in failed
    assert jobs.again(job.id, job.by)
    do(jobs, job.id)
    assert "Done. The workbooks are written." in words_in(desk.get(shown))
