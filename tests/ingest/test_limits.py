"""Hostile files are read or refused in seconds and in little memory, in a worker as in a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from tests.damaged.builders import BUILDERS, Bench
from tests.factory import Workbook, a_context
from tests.ingest import hostile_binary, hostile_markup
from tests.ingest.hostile import HOSTILE
from tests.ingest.hostile_mail import MAILBOXES, OUTLOOK
from tests.ingest.intake.test_mail import HOSTILE as MESSAGES
from tests.ingest.measured import handed_over, measured, one_process, taken_apart
from xlassess.ingest import ReturnedFile, read_all

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own account"),
]
SECONDS = 5.0
MEGABYTES = 300


def test_workers__end_where_a_file_takes_more_than_they_may(
    kinds: Workbook, tmp_path: Path
) -> None:
    """What no measure of the guard finds out costs a worker, and no more memory than that."""
    path = BUILDERS["G12"](Bench(kinds, tmp_path)).path
    with one_process() as pool, pytest.raises(BrokenProcessPool):
        pool.submit(measured, ReturnedFile(path, path.name), a_context(kinds), tmp_path).result()


STOPPED = {"xlsb_long_text_shown_often", "xls_text_shown_often"}
"""Files that are not found out before they have taken all the memory a worker may have."""


COSTLY = {
    "answers_as_long_as_a_cell", "cell_formats_without_number", "cells_without_end",
    "encrypted_bomb", "formulas_without_end", "huge_shared_strings", "many_small_parts",
    "merges_upon_merges", "ods_tags_that_mean_nothing", "tags_that_mean_nothing",
    "xlsb_records_without_end", "zip_of_slow_files", "zip_squeezed_by_bzip2",
    "zip_squeezed_by_lzma",
}  # fmt: skip
"""Those that take a second or more to make and to read; others are of the same kinds."""


def test_hostile__every_kind_is_there() -> None:
    modules = {builder.__module__ for builder in HOSTILE.values()}
    assert {hostile_binary.__name__, hostile_markup.__name__} < modules
    assert HOSTILE.keys() > COSTLY


@pytest.fixture(scope="module")
def quick() -> Iterator[ProcessPoolExecutor]:
    """A process for all that take little; the most memory that any took is that after the last."""
    with one_process() as pool:
        yield pool


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - STOPPED - COSTLY))
def test_hostile__is_settled_within_bounds(
    kinds: Workbook, tmp_path: Path, name: str, quick: ProcessPoolExecutor
) -> None:
    _settled(kinds, tmp_path, name, quick)


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(COSTLY))
def test_costly__is_settled_within_bounds(kinds: Workbook, tmp_path: Path, name: str) -> None:
    with one_process() as pool:
        _settled(kinds, tmp_path, name, pool)


def _settled(kinds: Workbook, tmp_path: Path, name: str, pool: ProcessPoolExecutor) -> None:
    """Read a hostile file: in seconds, in little memory, and with a reason if it is refused."""
    path, unpacked = tmp_path / "hostile.xlsx", tmp_path / "unpacked"
    path.write_bytes(HOSTILE[name](kinds))
    unpacked.mkdir()
    context = replace(a_context(kinds), passwords=("secret",))
    rets, seconds, peak = pool.submit(handed_over, path, unpacked, context, tmp_path).result()
    assert seconds < SECONDS
    assert peak < MEGABYTES
    for ret in rets:
        problems = [finding.details.get("problem", "") for finding in ret.findings]
        assert not any("this program failed" in problem for problem in problems), ret
        assert ret.state != "refused" or (len(ret.findings), ret.answers) == (1, ())


def test_hostile_messages__are_settled_within_bounds(kinds: Workbook, tmp_path: Path) -> None:
    """All in one process: the most memory that any took is that after the last."""
    path, unpacked = tmp_path / "hostile.eml", tmp_path / "unpacked"
    unpacked.mkdir()
    with one_process() as pool:
        for name, message in MESSAGES.items():
            path.write_bytes(message)
            job = pool.submit(handed_over, path, unpacked, a_context(kinds), tmp_path)
            _, seconds, peak = job.result()
            assert seconds < SECONDS, name
            assert peak < MEGABYTES, name


@pytest.mark.thorough
@pytest.mark.parametrize(("ending", "some"), [("msg", OUTLOOK), ("mbox", MAILBOXES)])
def test_hostile_mail_files__are_settled_within_bounds(
    tmp_path: Path, ending: str, some: dict[str, Callable[[], bytes]]
) -> None:
    """All in one process: the most memory that any took is that after the last."""
    path, unpacked = tmp_path / f"hostile.{ending}", tmp_path / "unpacked"
    unpacked.mkdir()
    with one_process() as pool:
        for name, made in some.items():
            path.write_bytes(made())
            found, seconds, peak = pool.submit(taken_apart, path, unpacked).result()
            assert seconds < SECONDS, name
            assert peak < MEGABYTES, name
            assert found > 0 or name in ("empty ones", "beginnings"), name


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(STOPPED))
def test_hostile__is_stopped_in_time(kinds: Workbook, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(HOSTILE[name](kinds))
    began = time.monotonic()
    ((_, ret),) = read_all([ReturnedFile(path, path.name)], a_context(kinds), workers=1)
    assert time.monotonic() - began < 2 * SECONDS  # read twice, by two new processes
    assert [finding.code for finding in ret.findings] == ["G12"]
