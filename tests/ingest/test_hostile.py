"""Hundreds of damaged copies: none stops the batch, and none slips a wrong answer in."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.damaged.builders import encrypted
from tests.factory import Workbook, a_context, entries
from tests.ingest.packages import packed, parts_of
from tests.ingest.small import returned
from xlassess.ingest import Source, read_all
from xlassess.ingest.ole import OLE_MAGIC
from xlassess.model.answer import Return

Mutation = Callable[[random.Random, bytes], bytes]


def flip_bits(chance: random.Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 50))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def flip_in_directory(chance: random.Random, data: bytes) -> bytes:
    """Damage the table of contents at the end, where most harm can be done."""
    spoilt = bytearray(data)
    start = data.index(b"PK\x01\x02")
    for _ in range(chance.choice((1, 2, 5))):
        spoilt[chance.randrange(start, len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 5000) :]


def double(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[chance.randrange(len(data)) :]


def drop_parts(chance: random.Random, data: bytes) -> bytes:
    parts = parts_of(data)
    for name in chance.sample(sorted(parts), chance.randrange(1, 4)):
        del parts[name]
    return packed(parts)


PACKAGE = (flip_bits, flip_in_directory, truncate, cut_out, double)


def _returns(
    book: Workbook, folder: Path, mutations: tuple[Mutation, ...], data: bytes, times: int
) -> list[Return]:
    sources = []
    for number in range(times):
        chance = random.Random(number)
        path = folder / f"{number:04d}.xlsx"
        path.write_bytes(mutations[number % len(mutations)](chance, data))
        sources.append(Source(path, path.name))
    returns = [ret for _, ret in read_all(sources, a_context(book), workers=2)]
    assert len(returns) == times
    for ret in returns:
        problems = [finding.details.get("problem", "") for finding in ret.findings]
        assert not any("this program failed" in problem for problem in problems), ret
        assert ret.state != "refused" or ret.answers == ()
    return returns


def test_damaged_packages__never_a_wrong_answer(kinds: Workbook, tmp_path: Path) -> None:
    true = {(e.item, e.field): e.value for e in entries(kinds.toolkit)}
    returns = _returns(kinds, tmp_path, PACKAGE, returned(kinds), 400)
    for ret in returns:
        for answer in ret.answers:
            assert true[answer.item, answer.field] == answer.value
        assert ret.state != "accepted" or len(ret.answers) == len(true)
    assert sum(ret.state == "refused" for ret in returns) > 300


def test_parts_dropped__never_a_wrong_answer(kinds: Workbook, tmp_path: Path) -> None:
    true = {(e.item, e.field): e.value for e in entries(kinds.toolkit)}
    for ret in _returns(kinds, tmp_path, (drop_parts,), returned(kinds), 60):
        for answer in ret.answers:
            assert true[answer.item, answer.field] == answer.value


def _damage_markup(chance: random.Random, data: bytes) -> bytes:
    """Damage the text of a part and pack it properly again, so that no checksum tells."""
    parts = parts_of(data)
    name = chance.choice([name for name in sorted(parts) if name.startswith("xl/")])
    parts[name] = chance.choice((flip_bits, cut_out, double, truncate))(chance, parts[name] or b"x")
    return packed(parts)


def test_damaged_markup__never_stops_the_batch(kinds: Workbook, tmp_path: Path) -> None:
    _returns(kinds, tmp_path, (_damage_markup,), returned(kinds), 200)


def _random_ole(chance: random.Random, data: bytes) -> bytes:
    return OLE_MAGIC + chance.randbytes(chance.randrange(5000))


@pytest.mark.parametrize("mutation", [_random_ole, flip_bits, truncate])
def test_damaged_ole__is_refused(kinds: Workbook, tmp_path: Path, mutation: Mutation) -> None:
    data = encrypted(kinds.data, "secret")
    for ret in _returns(kinds, tmp_path, (mutation,), data, 12):
        assert ret.state == "refused"
