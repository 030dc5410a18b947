"""Killed at any moment, and two programs at once: each return is there wholly or not at all."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tests.ledger.raw import spelled
from tests.ledger.values import a_return, an_issued, clock
from xlassess.ledger import Ledger
from xlassess.model.assessment import LedgerDatabase

Place: TypeAlias = "Path | LedgerDatabase"
ROOT = Path(__file__).parents[2]
MANY = 400

WORKER = """
import sys
from tests.ledger.values import a_return, clock
from xlassess.ledger import Ledger
from tests.ledger.raw import place_of

place, first, last = place_of(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with Ledger(place, clock) as ledger:
    run = ledger.begin_run("2026")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, last):
        state = ledger.record_return(a_return(number, count=80), run).state
        print(number, state, flush=True)
"""


def start(place: Place, first: int = 0, last: int = MANY) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, spelled(place), str(first), str(last)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_kill__leaves_every_return_whole_or_not_at_all(place: Place) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(MANY)])
    chance = random.Random(20260302)
    done = 0
    for turn in range(5):
        process = start(place, first=done)
        go(process)
        # Every other time only once something was recorded: a busy machine may take its time.
        said = process.stdout.readline() if turn % 2 and process.stdout else ""
        time.sleep(chance.uniform(0.005, 0.06))
        process.kill()
        said += process.communicate()[0]
        assert process.returncode == -9
        told = [int(line.split()[0]) for line in said.splitlines() if line.endswith(" query")]
        with Ledger(place, clock) as ledger:
            held = {int(ret.reference[1:]): ret for ret in ledger.history("2026")}
            assert set(ledger.current("2026")) == {f"R{number:03}" for number in held}
            assert ledger.audit().faults == ()
            assert len(ledger.events()) == MANY + len(held)
        assert set(told) <= set(held)
        assert len(held) <= (max(told) + 2 if told else done + 1)
        for number, ret in held.items():
            assert replace(ret, received_at=None) == a_return(number, count=80)
        done = len(held)
    assert done > 0


def test_two_at_once__each_return_is_recorded_once(place: Place) -> None:
    few = 120
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(few)])
    both = [start(place, last=few) for _ in range(2)]
    for process in both:
        go(process)
    outcomes: dict[str, list[str]] = {}
    for process in both:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        for line in said.splitlines():
            number, state = line.split(" ", 1)
            outcomes.setdefault(number, []).append(state)
    assert len(outcomes) == few
    assert all(sorted(states) == ["duplicate", "query"] for states in outcomes.values())
    with Ledger(place, clock) as ledger:
        assert len(ledger.history("2026")) == few
        assert len(ledger.current("2026")) == few
        assert ledger.audit().faults == (), "the chain of events did not fork"
        assert len(ledger.events()) == 2 * few


def test_two_at_once__a_new_ledger_is_made_once(place: Place) -> None:
    code = (
        "import sys; from tests.ledger.raw import place_of; from xlassess.ledger import Ledger; "
        "ledger = Ledger(place_of(sys.argv[1])); ledger.begin_run(); ledger.close()"
    )
    command = [sys.executable, "-c", code, spelled(place)]
    programs = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in programs] == [0, 0, 0, 0]
    with Ledger(place, clock) as ledger:
        assert ledger.begin_run() == "5"
