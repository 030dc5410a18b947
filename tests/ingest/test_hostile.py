"""Damaged copies by the dozen: none stops the batch, and none slips a wrong answer in."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.damaged.builders import encrypted
from tests.factory import Workbook, a_context, entries
from tests.ingest.byte_damage import (
    PACKAGE,
    Bytes,
    damage_markup,
    drop_parts,
    flip_bits,
    truncate,
)
from tests.ingest.small import returned
from xlassess.ingest import ReturnedFile, read_all
from xlassess.ingest.guard.ole import OLE_MAGIC
from xlassess.model.answer import Return


def _returns(
    book: Workbook, folder: Path, mutations: tuple[Bytes, ...], data: bytes, times: int
) -> list[Return]:
    sources = []
    for number in range(times):
        chance = random.Random(number)
        path = folder / f"{number:04d}.xlsx"
        path.write_bytes(mutations[number % len(mutations)](chance, data))
        sources.append(ReturnedFile(path, path.name))
    returns = [ret for _, ret in read_all(sources, a_context(book), workers=2)]
    assert len(returns) == times
    for ret in returns:
        problems = [finding.details.get("problem", "") for finding in ret.findings]
        assert not any("this program failed" in problem for problem in problems), ret
        assert ret.state != "refused" or ret.answers == ()
    return returns


def test_damaged_packages__never_a_wrong_answer(kinds: Workbook, tmp_path: Path) -> None:
    true = {(e.item, e.field): e.value for e in entries(kinds.toolkit)}
    returns = _returns(kinds, tmp_path, PACKAGE, returned(kinds), 100)
    for ret in returns:
        for answer in ret.answers:
            assert true[answer.item, answer.field] == answer.value
        assert ret.state != "accepted" or len(ret.answers) == len(true)
    assert sum(ret.state == "refused" for ret in returns) > 75


def test_parts_dropped__never_a_wrong_answer(kinds: Workbook, tmp_path: Path) -> None:
    true = {(e.item, e.field): e.value for e in entries(kinds.toolkit)}
    for ret in _returns(kinds, tmp_path, (drop_parts,), returned(kinds), 40):
        for answer in ret.answers:
            assert true[answer.item, answer.field] == answer.value


def test_damaged_markup__never_stops_the_batch(kinds: Workbook, tmp_path: Path) -> None:
    _returns(kinds, tmp_path, (damage_markup,), returned(kinds), 60)


def _random_ole(chance: random.Random, data: bytes) -> bytes:
    return OLE_MAGIC + chance.randbytes(chance.randrange(5000))


@pytest.mark.parametrize("mutation", [_random_ole, flip_bits, truncate])
def test_damaged_ole__is_refused(kinds: Workbook, tmp_path: Path, mutation: Bytes) -> None:
    data = encrypted(kinds.data, "secret")
    for ret in _returns(kinds, tmp_path, (mutation,), data, 12):
        assert ret.state == "refused"
