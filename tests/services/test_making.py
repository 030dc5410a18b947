"""Workbooks made by an executor: the same bytes and records, whatever becomes of workers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.small import LATER, MONDAY, a_folder, change_settings, contents
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.ledger.tables.events import Event
from xlassess.services.common.workbooks import making
from xlassess.services.common.workbooks.making import MadeWorkbook, WorkbookMaker, WorkbookToMake
from xlassess.services.generate import generate
from xlassess.toolkits.load import find_toolkit
from xlassess.workers import Lost, Work, Workers

MANY = tuple((f"Partner {number // 2}", f"Person {number}", "Board") for number in range(12))


@dataclass(frozen=True)
class AnExecutor:
    """Does the work in this process, loses some of it, and makes some as no computer here does."""

    is_remote: bool
    lost: frozenset[int] = frozenset()
    spoilt: frozenset[int] = frozenset()

    def map(
        self, work: Work, jobs: Iterable[Any], shared: Any, total: int
    ) -> Generator[object | Lost, None, None]:
        for number, job in enumerate(jobs):
            assert number < total
            made = work.do(job, shared)
            if number in self.spoilt and isinstance(made, MadeWorkbook):
                made = replace(made, sha256="0" * 64, sample="0" * 64, data=b"spoilt")
            yield Lost("it was killed") if number in self.lost else made

    def sees(self, path: Path) -> bool:
        del path
        return False


@pytest.fixture
def two(tmp_path: Path) -> tuple[AssessmentFolder, AssessmentFolder]:
    """The same assessment twice; nothing is issued yet."""
    folder = a_folder(tmp_path / "one", MANY)
    folder.secret()
    return folder, AssessmentFolder(shutil.copytree(folder.root, tmp_path / "other"))


def made(folder: AssessmentFolder, workers: Workers) -> tuple[dict[str, bytes], tuple[Event, ...]]:
    """What is in the outbox and on record after generating twice, once with another name."""
    generate(folder, now=MONDAY, workers=workers)
    first = contents(folder)
    change_settings(folder, "Small Partnership", "Another Partnership")
    generate(folder, now=LATER, reissue=True, workers=workers)
    assert first.keys() != contents(folder).keys(), "all were issued again"
    assert len(first) == len(MANY)
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
        return {**first, **contents(folder)}, ledger.events()


@pytest.mark.parametrize(
    "workers",
    [
        AnExecutor(is_remote=True),
        AnExecutor(is_remote=True, lost=frozenset((0, 3)), spoilt=frozenset((1, 11))),
        AnExecutor(is_remote=False),
        AnExecutor(is_remote=False, lost=frozenset((2, 11)), spoilt=frozenset((0,))),
    ],
)
def test_generate__by_others_is_what_it_is_here(
    two: tuple[AssessmentFolder, AssessmentFolder],
    workers: AnExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = two
    monkeypatch.setattr(making, "_WORTH_IT", 1)
    assert made(other, workers) == made(one, 1)


def kill_once(book: WorkbookToMake, maker: WorkbookMaker) -> MadeWorkbook:
    """Make a workbook; the process that gets one of these dies, whenever it does."""
    if book.personal.respondent == "Person 3":
        os._exit(1)
    return making_plainly(book, maker)


making_plainly = making.make


@pytest.mark.thorough
def test_generate__a_process_that_dies_costs_nothing_but_its_own(
    two: tuple[AssessmentFolder, AssessmentFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processes of their own; the workbook that kills them is made here in the end."""
    one, other = two
    generate(one, now=MONDAY)
    monkeypatch.setattr(making, "_WORTH_IT", 1)
    monkeypatch.setattr(making, "make", kill_once)
    generate(other, now=MONDAY, workers=2)
    assert contents(other) == contents(one) != {}


def test_sample__is_of_the_same_questions_when_others_become_known(
    two: tuple[AssessmentFolder, AssessmentFolder],
) -> None:
    """Else what others made would not be believed, and made here once more."""
    folder, _ = two
    (name,) = folder.assessment().toolkits
    toolkit = find_toolkit(name, folder.toolkits)
    first, earlier = ("b" * 64, toolkit.version), ("a" * 64, "0.1")
    maker = WorkbookMaker(folder.assessment(), "x", {first: toolkit})
    assert maker.for_others().sample() == maker.sample()
    maker.toolkits[earlier] = replace(toolkit, version="0.1")
    assert maker.for_others().sample() == maker.sample()
    late = WorkbookMaker(folder.assessment(), "x", {first: toolkit})
    handed = late.for_others()
    late.toolkits[earlier] = maker.toolkits[earlier]
    assert handed.sample() == late.sample() == maker.sample()


def test_is_worth_it__few_are_made_here() -> None:
    """To start processes takes longer than to stamp hundreds of workbooks."""
    personal: Any = None
    few = [WorkbookToMake("d", "1.0", personal)] * 100
    shows: Any = object()
    assert not making.is_worth_it(few, None)
    assert making.is_worth_it([replace(one, shows=shows) for one in few], None)
    assert making.is_worth_it(few * 20, None)
    assert not making.is_worth_it(few * 20, 1)
    assert making.is_worth_it(few, AnExecutor(is_remote=True)), "it was asked for"
