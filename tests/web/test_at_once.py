"""What happens at once on the desk: forms sent twice, work broken off, and ledgers put back."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import shutil
import signal
import threading
import time
import zipfile
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.services.small import LATER, change_settings
from tests.web.desks import FROM_HERE, DeskClient, a_desk, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import XlassessError
from xlassess.model.plan import AgreedPlan
from xlassess.services import decide
from xlassess.services.papers import export
from xlassess.services.papers.export import export_round
from xlassess.services.papers.figures import state_of
from xlassess.services.setup.rounds import begin_round
from xlassess.services.status import count_waiting, status
from xlassess.web import kept
from xlassess.web.jobs import Job, Jobs
from xlassess.web.kept import BESIDE, CountedBeside, done_beside
from xlassess.web.known import KnownRounds
from xlassess.web.request import forms
from xlassess.web.request.forms import Numbers, StillAtWorkError
from xlassess.web.serving.ready import get_ready

WHY = decide.Why(LATER, "It was so.", "Cora")


# ---- one form, sent several times -------------------------------------------


def test_number__held_by_one_at_a_time_also_where_the_first_fails() -> None:
    numbers, at_work, most = Numbers(), 0, 0

    async def once(number: int) -> None:
        nonlocal at_work, most
        async with numbers.alone("n"):
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.001)
            at_work -= 1
            if number % 2:
                raise ValueError(number)

    async def several() -> list[object]:
        asked = [asyncio.ensure_future(once(number)) for number in range(4)]
        await asyncio.sleep(0)
        for number in range(4, 12):  # some come as others are let go
            await asyncio.sleep(0.0005)
            asked.append(asyncio.ensure_future(once(number)))
        asked[2].cancel()  # who waited and left keeps nobody waiting
        return list(await asyncio.gather(*asked, return_exceptions=True))

    came = asyncio.run(asyncio.wait_for(several(), 20))
    assert most == 1
    assert sum(isinstance(one, ValueError) for one in came) == 6
    assert numbers._at_work == {}


def test_number__who_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PATIENCE", 0.01)
    numbers = Numbers()

    async def twice() -> None:
        async with numbers.alone("n"):
            with pytest.raises(StillAtWorkError):
                async with numbers.alone("n"):
                    raise AssertionError
        async with numbers.alone("n"):
            pass

    asyncio.run(twice())


def test_form__sent_again_while_it_is_carried_out_gets_the_same_answer(
    desk: DeskClient, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.get("/send?show=all")
    book = page.text.partition('name="book" value="')[2].partition('"')[0]
    fields = {"number": number_in(page), "what": "sent", "book": book}
    mark, begun = decide.mark, threading.Event()

    def slowly(*args: object, **named: object) -> object:
        begun.set()
        time.sleep(0.2)
        return mark(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "mark", slowly)

    async def thrice() -> list[str]:
        asked = (desk._ask("POST", "/send", dict(FROM_HERE), {"data": fields}) for _ in range(3))
        return [str(one.headers.get("location")) for one in await asyncio.gather(*asked)]

    came = asyncio.run(thrice())
    assert len({*came}) == 1
    assert "Recorded as sent: 1 workbook." in words_in(desk.get(came[0]))
    with Ledger(folder.ledger) as ledger:
        assert [event.what for event in ledger.events()].count("sent") == 1


def test_form__still_being_done_says_so(desk: DeskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PATIENCE", 0.01)
    fields = {"number": number_in(desk.get("/send")), "what": "sent", "book": "x"}
    monkeypatch.setattr(decide, "mark", lambda *_, **__: time.sleep(0.3))

    async def twice() -> list[int]:
        asked = (desk._ask("POST", "/send", dict(FROM_HERE), {"data": fields}) for _ in range(2))
        return sorted(one.status_code for one in await asyncio.gather(*asked))

    assert 409 in asyncio.run(twice())


# ---- the process beside the server ------------------------------------------


def _writes(place: str, dies: bool) -> int:
    """Leave a line in a file as a service records something; perhaps end in the middle of it."""
    with Path(place).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    if dies:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def _sleeps(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="processes are ended in another way there")
def test_beside__what_was_broken_off_in_the_middle_is_not_done_again(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with pytest.raises(XlassessError, match="broken off"):
        done_beside(_writes, str(told), dies=True)
    assert len(told.read_text(encoding="ascii").split()) == 1
    done_beside(_writes, str(told), dies=False)
    assert len(told.read_text(encoding="ascii").split()) == 2


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="processes are ended in another way there")
def test_beside__what_waited_as_another_broke_it_is_done(tmp_path: Path) -> None:
    told = tmp_path / "told"
    BESIDE.run(_sleeps, 0.3)
    done_beside(_writes, str(told), dies=False)
    assert len(told.read_text(encoding="ascii").split()) == 1


# ---- drafts and data ---------------------------------------------------------


def test_drafts__recorded_in_two_tabs_at_once_count_once(
    folder: AssessmentFolder, idle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del idle
    jobs, desk = Jobs(folder.root), a_desk(folder)
    with Ledger(folder.ledger) as ledger:
        books = [one.reference for one in ledger.issued()]
    asked = jobs.start(Job("", "draft", "2026", "Cora", LATER, {"kind": "reminder"}))
    job = replace(
        asked, state="done", came={"kind": "reminder", "messages": 1, "references": books}
    )
    jobs.keep(job)
    to, tabs = "/send/messages?kind=reminder", [number_in(desk.get("/send")) for _ in range(2)]
    mark = decide.mark

    def slowly(*args: object, **named: object) -> object:
        time.sleep(0.1)
        return mark(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "mark", slowly)

    async def both() -> list[int]:
        fields = ({"number": one, "what": "record", "job": job.id} for one in tabs)
        asked = (desk._ask("POST", to, dict(FROM_HERE), {"data": one}) for one in fields)
        return sorted(one.status_code for one in await asyncio.gather(*asked))

    assert asyncio.run(both()) == [303, 422]
    monkeypatch.setattr(decide, "mark", mark)
    assert _reminders(folder) == 1
    # also where the desk was ended after the ledger had it, and before the job said so
    found = jobs.find(job.id)
    assert found is not None
    jobs.keep(replace(found, came={**found.came, "recorded": False}))
    again = {"number": number_in(desk.get("/send")), "what": "record", "job": job.id}
    assert desk.post(to, again).status_code == 422
    assert _reminders(folder) == 1


def _reminders(folder: AssessmentFolder) -> int:
    with Ledger(folder.ledger) as ledger:
        return max(ledger.register().reminders.values())


def test_data__are_given_out_whole_or_not_at_all(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk(folder)
    export_round(folder, "csv", None, now=LATER)
    given = desk.get("/summary/data")
    assert given.status_code == 200
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        whole = archive.namelist()
    assert not any(name.startswith(".") for name in whole)
    put, written = export.put, iter(range(3))

    def broken(path: Path, content: bytes) -> None:
        if next(written, None) is None:
            raise OSError(28, "No space left on device")
        put(path, content)

    monkeypatch.setattr(export, "put", broken)
    with pytest.raises(OSError, match="No space"):
        export_round(folder, "csv", None, now=LATER + timedelta(hours=1))
    assert desk.get("/summary/data").status_code == 409
    monkeypatch.undo()
    export_round(folder, "csv", None, now=LATER + timedelta(hours=1))
    with zipfile.ZipFile(io.BytesIO(desk.get("/summary/data").content)) as archive:
        assert archive.namelist() == whole


def test_data__replaced_while_they_are_read_are_refused(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk(folder)
    export_round(folder, "csv", None, now=LATER)
    write = zipfile.ZipFile.write

    def meanwhile(archive: zipfile.ZipFile, *args: object) -> None:
        monkeypatch.undo()
        export_round(folder, "csv", None, now=LATER + timedelta(hours=1))
        write(archive, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(zipfile.ZipFile, "write", meanwhile)
    assert desk.get("/summary/data").status_code == 409


# ---- what is kept in memory --------------------------------------------------


def test_known__a_ledger_put_back_with_as_many_other_events_is_read_anew(
    folder: AssessmentFolder,
) -> None:
    known, day = KnownRounds(), LATER.date()
    with Ledger(folder.ledger) as ledger:
        first, second = [one.reference for one in ledger.issued()][:2]
    _closed_copy(folder, before := folder.root / "before.db")
    decide.mark(folder, [first], "sent", WHY)
    state = state_of(folder)
    assert _sent(known, folder) == {first}
    # into the same file, so that nothing but what is in it tells
    folder.ledger_file.write_bytes(before.read_bytes())
    decide.mark(folder, [second], "sent", WHY)
    assert state_of(folder) != state
    assert _sent(known, folder) == {second}
    folder.ledger_file.write_bytes(before.read_bytes())
    for one in (second, first):
        decide.mark(folder, [one], "sent", WHY)
        decide.mark(folder, [one], "sent", WHY, undone=True)
    decide.mark(folder, [first], "sent", WHY)
    assert _sent(known, folder) == {first}
    assert known.status(folder, day) == status(folder, today=day)


def test_known__a_round_named_anew_is_read_anew(folder: AssessmentFolder) -> None:
    known, day = KnownRounds(), LATER.date()
    assert known.status(folder, day).lines[0].state != "not issued"
    change_settings(folder, 'round: "2026"', 'round: "2027"')
    assert {line.state for line in known.status(folder, day).lines} == {"not issued"}
    assert known.status(folder, day) == status(folder, today=day)


def test_known__what_waits_is_counted_beside_and_stands_as_it_was_meanwhile(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Future[int | None]] = []

    def run(work: object, *args: object) -> Future[int | None]:
        assert work is count_waiting
        asked.append(Future())
        return asked[-1]

    monkeypatch.setattr(kept, "BESIDE", SimpleNamespace(run=run, mend=lambda: None))
    beside, day = CountedBeside(), LATER.date()
    plan, other = AgreedPlan("2026"), AgreedPlan("2026", LATER)

    def count(agreed: AgreedPlan = plan) -> int | None:
        return beside.count(folder, day, agreed, kept.AT_ONCE + 1)

    _answered_soon(asked, 0, 3)
    assert count() == 3  # the first time the page waits
    with Ledger(folder.ledger) as ledger:
        first, second = [one.reference for one in ledger.issued()][:2]
    decide.mark(folder, [first], "sent", WHY)
    assert (count(), len(asked)) == (3, 1), "it says nothing of answers"
    decide.settle(folder, second, "declined", WHY)
    assert (count(), count(), len(asked)) == (3, 3, 2)
    assert beside.since(folder, day, 3) == 3
    asked[1].set_result(None)
    assert beside.since(folder, day, 3) is None
    assert (count(), len(asked)) == (None, 2)
    _answered_soon(asked, 2, 1)
    assert count(other) == 1, "of another plan the page waits for the count"


def _answered_soon(asked: list[Future[int | None]], number: int, count: int) -> None:
    def answer() -> None:
        while len(asked) <= number:
            time.sleep(0.005)
        asked[number].set_result(count)

    threading.Thread(target=answer, daemon=True).start()


def _closed_copy(folder: AssessmentFolder, to: Path) -> None:
    with Ledger(folder.ledger) as ledger:
        ledger.copy_to(to)
    folder.ledger_file.write_bytes(to.read_bytes())


def _sent(known: KnownRounds, folder: AssessmentFolder) -> set[str]:
    found = known.status(folder, LATER.date())
    return {line.reference for line in found.lines if line.sent is not None}


def test_state__tells_of_settings_and_registers_of_earlier_rounds(folder: AssessmentFolder) -> None:
    begin_round(folder, "2027", LATER.date() + timedelta(days=400), now=LATER)
    now = AssessmentFolder(folder.root, "2027")
    states = [state_of(now)]
    earlier = now.of_round("2026")
    shutil.copy(earlier.register_file, earlier.register_file.with_suffix(".tmp"))
    earlier.register_file.with_suffix(".tmp").replace(earlier.register_file)
    states.append(state_of(now))
    text = earlier.round_file.read_text(encoding="utf-8")
    earlier.round_file.write_text(f"{text}\n", encoding="utf-8")
    states.append(state_of(now))
    change_settings(now, "Small Partnership", "Other Partnership")
    states.append(state_of(now))
    assert len({*states}) == len(states)
    assert state_of(now) == states[-1]


def test_ready__where_a_round_stands_is_known_before_a_page_is_asked_for(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept_apart: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: kept_apart.append("collected"))
    monkeypatch.setattr(gc, "freeze", lambda: kept_apart.append("frozen"))
    today, known = datetime.now().astimezone().date(), KnownRounds()
    get_ready(folder.root, known)
    assert kept_apart == ["collected", "frozen"]
    expected = status(folder, today=today)
    monkeypatch.setattr("xlassess.web.known.status", lambda *_, **__: pytest.fail("once more"))
    assert known.status(folder, today) == expected
    get_ready(tmp_path / "nothing here", KnownRounds())
