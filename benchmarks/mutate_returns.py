"""Thousands of randomly damaged returns: is any answer read wrongly, or lost without a word?

Run by hand from the project's folder:
``python -m benchmarks.mutate_returns [COUNT] [FIRST] [KIND...]``. Every number from FIRST on is a
seed that gives the same damaged file again. Where kinds of damage are named (functions of
tests/ingest/mutations.py), no other is done. A quarter of those damaged in their cells are written
anew by LibreOffice, Gnumeric, SheetJS or ExcelJS before they are read; they are judged by what
stood in them before.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.clients.rewriting import rewritten
from tests.ingest.mutations import Mutant, mutant
from tests.ingest.oracle import judge
from xlassess.ingest import ReturnedFile, read_all
from xlassess.model.answer import Return

COUNT = 10_000
_PORTION = 50


@dataclass(slots=True)
class Tally:
    """What became of damaged returns: states, codes, and whatever was wrong by seed."""

    states: Counter[str] = field(default_factory=Counter)
    programs: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    unjudged: int = 0
    crashes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.states += other.states
        self.programs += other.programs
        self.codes += other.codes
        self.answers += other.answers
        self.unjudged += other.unjudged
        self.crashes += other.crashes
        self.wrong += other.wrong


def tried(
    seeds: Sequence[int], *, programs: bool = True, program: str = "", only: Sequence[str] = ()
) -> Tally:
    """Read the damaged returns of these seeds in a worker process, and judge each.

    Args:
        seeds: their seeds.
        programs: have programs write anew what is theirs to write.
        program: have this one write anew every return that can be opened.
        only: do only damage that is called so.
    """
    tally = Tally()
    mutants = {seed: mutant(seed, program, only) for seed in seeds}
    with tempfile.TemporaryDirectory() as folder:
        paths = {seed: Path(folder) / f"{seed}.xlsx" for seed in seeds}
        for seed, path in paths.items():
            path.write_bytes(mutants[seed].data)
        if programs:
            paths |= _written_anew(mutants, paths, Path(folder), tally)
        for base in {id(one.base): one.base for one in mutants.values()}.values():
            sources = {
                ReturnedFile(paths[seed], paths[seed].name): seed
                for seed, one in mutants.items()
                if one.base is base
            }
            for source, ret in read_all(tuple(sources), base.context, workers=1):
                seed = sources[source]
                _weigh(tally, seed, ret, mutants[seed])
    return tally


def _written_anew(
    mutants: Mapping[int, Mutant], paths: Mapping[int, Path], folder: Path, tally: Tally
) -> dict[int, Path]:
    """Return where the files stand that programs wrote, by seed."""
    anew: dict[int, Path] = {}
    for program in {one.program for one in mutants.values()} - {""}:
        into = folder / program.replace(" ", "-")
        into.mkdir()
        theirs = {paths[seed]: seed for seed, one in mutants.items() if one.program == program}
        for path, target in rewritten(program, tuple(theirs), into).items():
            anew[theirs[path]] = target
            tally.programs[program] += 1
    return anew


def _weigh(tally: Tally, seed: int, ret: Return, one: Mutant) -> None:
    tally.states[ret.state] += 1
    tally.codes.update({finding.code for finding in ret.findings})
    tally.answers += len(ret.answers)
    problems = [finding.details.get("problem", "") for finding in ret.findings]
    if any("this program failed" in problem for problem in problems):
        tally.crashes.append(f"seed {seed} {one.done} {one.program}: {problems}")
    try:
        wrong = judge(ret, one.base.book, one.data, one.before)
    except LookupError:
        tally.unjudged += 1
        return
    tally.wrong += [f"seed {seed} {one.done} {one.program}: {text}" for text in wrong]


def main() -> None:
    """Try all seeds and print what came of them."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    only = tuple(word for word in sys.argv[1:] if not word.isdigit())
    count, first = (*numbers, *(COUNT, 0)[len(numbers) :])
    seeds = range(first, first + count)
    portions = [seeds[i : i + _PORTION] for i in range(0, count, _PORTION)]
    start, total = time.perf_counter(), Tally()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, tally in enumerate(pool.map(partial(tried, only=only), portions), start=1):
            total.add(tally)
            for line in (*tally.crashes, *tally.wrong):
                print(line)
            print(f"\r{done * _PORTION} of {count}", end="", file=sys.stderr, flush=True)
    took = time.perf_counter() - start
    print(f"\n{count} damaged returns, seeds {first} to {first + count - 1}, in {took:.0f} s")
    print(f"states: {dict(total.states.most_common())}")
    print(f"written anew by: {dict(sorted(total.programs.items()))}")
    print(f"codes: {dict(sorted(total.codes.items()))}")
    print(
        f"answers read and compared: {total.answers}; files openpyxl cannot open: {total.unjudged}"
    )
    print(f"silently wrong: {len(total.wrong)}; crashes: {len(total.crashes)}")
    sys.exit(bool(total.wrong or total.crashes))


if __name__ == "__main__":
    main()
