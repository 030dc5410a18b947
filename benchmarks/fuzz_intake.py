"""Files spoilt at random, of every kind that is read: does any stop the reader, or slip through?

Run by hand from the project's folder: ``python -m benchmarks.fuzz_intake [COUNT] [FIRST]``.
Every number from FIRST on is a seed that gives the same file again. Whole files are spoilt byte by
byte; packages also part by part, packed again so that no checksum tells; sheets are written as
hardly any program writes them. Each must be settled in time without a fault of the program, if by
a worker that ran out of memory (G12); a refused one with a single finding and no answer. What was
read from an xlsx file must be what openpyxl sees there.
"""

from __future__ import annotations

import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.clients.programs import find
from tests.clients.rewriting import rewritten
from tests.damaged.builders import encrypted
from tests.ingest.bases import base
from tests.ingest.binary import CELL_TEXT, xlsb
from tests.ingest.byte_damage import PACKAGE, cut_out, double, flip_bits, truncate
from tests.ingest.cfb import xls
from tests.ingest.odd_markup import WAYS
from tests.ingest.oracle import judge
from tests.ingest.packages import packed, parts_of, sheet_part
from xlassess.ingest import ReturnedFile, read_all
from xlassess.model.answer import Return

COUNT = 20_000
SECONDS = 5.0
_PORTION = 200
_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_PASSWORD = "secret"
_SHEETS = ("1 Views", "2 Facts", "3 Standpoints", "4 In your words")


@lru_cache(maxsize=1)
def originals() -> Mapping[str, bytes]:
    """A file of each kind, unspoilt; LibreOffice's only where it is there."""
    whole = base(0).data
    files = {
        "xlsx": whole,
        "encrypted": encrypted(whole, _PASSWORD),
        "zip": packed({"a.xlsx": whole, "b.xlsx": whole[:20_000]}),
        "xlsb": xlsb({"S": [(CELL_TEXT, "Item"), (CELL_TEXT, "1A")]}),
        "xls stub": xls("1A", [(row, 0) for row in range(50)]),
    }
    if find("libreoffice"):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "whole.xlsx"
            path.write_bytes(whole)
            for kind in ("ods", "xls"):
                into = Path(name) / kind
                into.mkdir()
                files[kind] = rewritten(f"libreoffice {kind}", [path], into)[path].read_bytes()
    return files


def numbers_changed(chance: Random, data: bytes) -> bytes:
    """Write telling numbers where numbers may stand: lengths, counts, places."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 2, 8))):
        place = chance.randrange(max(1, len(spoilt) - 4))
        form = chance.choice(("<B", "<H", "<I"))
        number = chance.choice(_NUMBERS) % (1 << 8 * struct.calcsize(form))
        struct.pack_into(form, spoilt, place, number) if place + 4 < len(spoilt) else None
    return bytes(spoilt)


def spliced(chance: Random, data: bytes) -> bytes:
    """Go on in the middle with the rest of a file of another kind."""
    other = originals()[chance.choice(sorted(originals()))]
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


DAMAGE: tuple[Callable[[Random, bytes], bytes], ...] = (
    *PACKAGE, numbers_changed, numbers_changed, spliced,
)  # fmt: skip


def spoilt(seed: int) -> tuple[str, bytes]:
    """Return the kind of file that belongs to a seed, and the file."""
    chance = Random(seed)
    kind = chance.choice((*sorted(originals()), "xlsx", "xlsx", "xlsx"))
    data = originals()[kind]
    if kind == "xlsx" and chance.random() < 0.5:
        return "odd xlsx", _oddly_written(chance, data)
    if data.startswith(b"PK") and chance.random() < 0.6:
        return f"{kind} part", _part_spoilt(chance, data)
    return kind, chance.choice(DAMAGE)(chance, data)


def _oddly_written(chance: Random, data: bytes) -> bytes:
    parts, name = parts_of(data), sheet_part(data, chance.choice(_SHEETS))
    for way in chance.choices(WAYS, k=chance.choice((1, 1, 2, 3))):
        parts[name] = way(chance, parts[name])
    return packed(parts)


def _part_spoilt(chance: Random, data: bytes) -> bytes:
    parts = parts_of(data)
    name = chance.choice(sorted(parts))
    damage = chance.choice((flip_bits, cut_out, double, truncate, numbers_changed))
    parts[name] = damage(chance, parts[name] or b"x")
    return packed(parts)


@dataclass(slots=True)
class Tally:
    """What became of spoilt files: kinds, states, codes, and what was wrong."""

    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def tried(seeds: range, tally: Tally) -> None:
    """Read the spoilt files of these seeds as a batch, and judge each."""
    files = {seed: spoilt(seed) for seed in seeds}
    with tempfile.TemporaryDirectory() as folder:
        sources = {}
        for seed, (_, data) in files.items():
            path = Path(folder) / f"{seed}.xlsx"
            path.write_bytes(data)
            sources[ReturnedFile(path, path.name)] = seed
        began = time.monotonic()
        context = replace(base(0).context, passwords=(_PASSWORD,))
        for source, ret in read_all(tuple(sources), context):
            seed, took = sources[source], time.monotonic() - began
            kind, data = files[seed]
            tally.kinds[kind] += 1
            tally.states[ret.state] += 1
            tally.codes.update(finding.code for finding in ret.findings)
            tally.wrong += (f"seed {seed} {kind}: {text}" for text in _faults(ret, data, took))
            began = time.monotonic()


def _faults(ret: Return, data: bytes, took: float) -> Iterator[str]:
    if took > SECONDS:
        yield f"took {took:.1f} s"
    problems = [finding.details.get("problem", "") for finding in ret.findings]
    if any("this program failed" in said or "longer than" in said for said in problems):
        yield str(problems)
    if ret.state == "refused" and (len(ret.findings) != 1 or ret.answers):
        yield f"refused with {len(ret.findings)} findings and {len(ret.answers)} answers"
    if ret.kind == "xlsx":
        try:
            yield from judge(ret, base(0).book, data)
        except LookupError:
            return


def main() -> int:
    """Try all seeds and print what came of them; exit code 1 where something was wrong."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tally, start, told = Tally(), time.perf_counter(), 0
    for begin in range(first, first + count, _PORTION):
        tried(range(begin, min(begin + _PORTION, first + count)), tally)
        for line in tally.wrong[told:]:
            print(line, flush=True)
        told = len(tally.wrong)
    took = time.perf_counter() - start
    print(f"{count} spoilt files, seeds {first} to {first + count - 1}, in {took:.0f} s")
    print(f"kinds: {dict(tally.kinds.most_common())}")
    print(f"states: {dict(tally.states.most_common())}")
    print(f"codes: {dict(sorted(tally.codes.items()))}")
    print(f"wrong: {len(tally.wrong)}")
    return int(bool(tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
