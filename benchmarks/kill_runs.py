"""Hundreds of runs killed, or out of room, at a chosen write: does the next run put all right?

Run by hand from the project's folder, on Linux with a C compiler:
``python -m benchmarks.kill_runs [COUNT] [SEED] [VERB...]``. For each verb, runs are broken off at
up to COUNT of the calls that change a file, half of them by a kill in the middle of the write,
half by a disk that is full from then on. Then the same is done again, and must come to what an
undisturbed run comes to.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.services.planned import a_planned_folder, entered, fill
from tests.services.small import LATER, a_folder, answer, unclear_pair, write_toolkit
from tests.services.test_plan import DECIDED
from xlassess.assessment.rounds import has_rounds, round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.ledger.archive import UNFINISHED
from xlassess.model.errors import XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.services.consolidate import consolidate
from xlassess.services.decide import Why, choose, settle, waive
from xlassess.services.export import export_round
from xlassess.services.follow_up import progress
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.init import begin
from xlassess.services.plan import plan
from xlassess.services.query import query
from xlassess.services.report import report
from xlassess.services.rounds import begin_round, close_round
from xlassess.services.verify import verify

COUNT = 60
AGAIN = LATER + timedelta(hours=2)
_COUNT_ONLY, _KILL, _FULL = range(3)
_SOURCE = Path(__file__).with_suffix(".c")
_PEOPLE = tuple(
    (f"Partner {number % 3}", name, "Board")
    for number, name in enumerate(("Ada Ash", "Abe Ash", "Bea Birch", "Cy Cox", "Dee Day"))
)
_DOUBTFUL = ("Agree", "Mostly", None)

Act = Callable[[AssessmentFolder, datetime], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One verb: how the folder comes to be as the verb finds it, and the verb."""

    prepare: tuple[Act, ...]
    act: Act


def _fresh(folder: AssessmentFolder, now: datetime) -> None:
    del now
    a_folder(folder.root, _PEOPLE)
    folder.secret_file.write_text("5a" * 32)


def _post(folder: AssessmentFolder, now: datetime) -> None:
    """What comes back: two good returns, one in doubt, a letter, and two for one workbook."""
    del now
    inbox = folder.root / "inbox"
    first, second = unclear_pair(folder, inbox)
    del first, second
    answer(folder, "Abe Ash", inbox / "abe.xlsx")
    answer(folder, "Bea Birch", inbox / "bea.xlsx", _DOUBTFUL)
    answer(folder, "Cy Cox", inbox / "below" / "cy.xlsx")
    (inbox / "letter.txt").write_text("Dear colleagues")
    shutil.make_archive(str(inbox / "zipped"), "zip", inbox / "below")


def _ingest(folder: AssessmentFolder, now: datetime) -> None:
    ingest(folder, [folder.root / "inbox"], now=now, workers=1)


def _reword(folder: AssessmentFolder, now: datetime) -> None:
    del now
    from tests.services.small import TOOLKIT

    write_toolkit(folder, TOOLKIT.replace('"1.0"', '"1.1"').replace("know", "like"))


def _decide(folder: AssessmentFolder, now: datetime) -> None:
    why = Why(now, "Because", "Cora")
    with Ledger(folder.ledger_file) as ledger:
        issued = {one.respondent: one.reference for one in ledger.issued("2026")}
        settled, counts = ledger.register().outcomes, ledger.current("2026")
        returns = {ret.file.rpartition("/")[2]: ret for ret in ledger.history("2026")}
    open_ones = [one.number for one in returns["bea.xlsx"].findings if one.is_open]
    if open_ones:
        waive(folder, open_ones, why)
    if counts[issued["Ada Ash"]].number != returns["second.xlsx"].number:
        choose(folder, issued["Ada Ash"], str(returns["second.xlsx"].number), why)
    if not settled:
        settle(folder, issued["Dee Day"], "nil return", why)


def _init(folder: AssessmentFolder, now: datetime) -> None:
    """Begin; what an earlier try left is removed, as the message says."""
    del now
    new = AssessmentFolder(folder.root / "new")
    if not new.settings_file.exists():
        for path in (new.secret_file, new.register_file):
            path.unlink(missing_ok=True)
        begin(new.root)


def _planned(folder: AssessmentFolder, now: datetime) -> None:
    """Everybody has answered, and two propose an action."""
    del now
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.secret_file.write_text("5a" * 32)
    a_planned_folder(folder.root)


def _plan_filled(folder: AssessmentFolder, now: datetime) -> None:
    path = plan(folder, now=now).path
    fill(folder, path, entered(DECIDED), folder.root / "inbox" / "plan.xlsx")


def _round_new(folder: AssessmentFolder, now: datetime) -> None:
    """Begin the next round; that it is there already is as good."""
    if not has_rounds(folder.root) or "2027" not in round_names(folder.root):
        begin_round(open_folder(folder.root), "2027", date(2030, 3, 31), now=now)


def _round_close(folder: AssessmentFolder, now: datetime) -> None:
    """Close the round; that its archive is there already is as good."""
    if not any(folder.home.glob("archive-*")):
        close_round(folder, now=now)


_CAME_BACK = (_fresh, lambda f, n: generate(f, now=n), _post)
_READ = (*_CAME_BACK, _ingest)
CASES: dict[str, Case] = {
    "generate": Case((_fresh,), lambda f, n: generate(f, now=n)),
    "reissue": Case((*_CAME_BACK, _reword), lambda f, n: generate(f, now=n, reissue=True)),
    "ingest": Case(_CAME_BACK, _ingest),
    "query": Case(_READ, lambda f, n: query(f, now=n)),
    "decisions": Case(_READ, _decide),
    "settle": Case((*_READ, lambda f, n: query(f, now=n), _decide), lambda f, n: query(f, now=n)),
    "consolidate": Case(_READ, lambda f, n: consolidate(f, now=n)),
    "export": Case(_READ, lambda f, n: export_round(f, None, None, now=n)),
    "report": Case(_READ, lambda f, n: report(f, None, None, now=n)),
    "init": Case((_fresh,), _init),
    "plan": Case((_planned,), lambda f, n: plan(f, now=n)),
    "plan-back": Case((_planned, _plan_filled), _ingest),
    "progress": Case((_planned, _plan_filled, _ingest), lambda f, n: progress(f, now=n)),
    "round-new": Case(_READ, _round_new),
    "round-close": Case(_READ, _round_close),
}


_OF_THE_MOMENT = ("output/", "new/", "archive-", "rounds/2027/partners")
"""Where files hold the moment at which they were written, or how often something was tried."""


def outcome(folder: AssessmentFolder) -> dict[str, Any]:
    """All of a folder that an undisturbed run and one done again must have in common."""
    found: dict[str, Any] = {
        str(path.relative_to(folder.root)): path.stat().st_size
        for path in folder.root.rglob("*")
        if path.is_file() and not path.name.startswith(("ledger.db", UNFINISHED))
    }
    found = {name: 0 if name.startswith(_OF_THE_MOMENT) else size for name, size in found.items()}
    if not folder.ledger_file.exists():
        return found
    found["faults"] = [fault.message for fault in verify(folder).faults]
    with Ledger(folder.ledger_file) as ledger:
        found["issued"] = sorted((i.reference, i.sha256) for i in ledger.issued())
        found["queries"] = sorted((q.reference, q.sha256) for q in ledger.queries())
        found["current"] = {
            name: (ret.file, ret.state, [(a.item, a.field, a.value) for a in ret.answers])
            for name, ret in sorted(ledger.current("2026").items())
        }
        found["history"] = sorted(
            (r.file, r.sha256, r.state, sorted(f.kind.code for f in r.findings))
            for r in ledger.history()
        )
        register = ledger.register()
        found["joint"] = sorted((i.reference, i.sha256) for i in ledger.joint())
        found["plans"] = {name: repr(plan.actions) for name, plan in ledger.plans().items()}
        found["closed"] = sorted(ledger.closed_rounds())
        found["outcomes"] = sorted((ref, o.kind) for ref, o in register.outcomes.items())
        found["events"] = Counter(event.what for event in ledger.events())
    for told_again in (
        "consolidated",
        "exported",
        "plan written",
        "progress written",
        "round closed",
    ):
        found["events"].pop(told_again, None)
    return found


def _in_child(act: Callable[[], object], at: int, mode: int) -> tuple[int, str]:
    """Do something in a child process; return how it ended, and what it said or counted."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        shim = ctypes.CDLL(None)
        said = b""
        code = 0
        try:
            shim.shim_arm(ctypes.c_long(at), mode)
            act()
            said = str(shim.shim_calls()).encode()
        except (XlassessError, OSError) as error:
            code = 3
            said = f"{type(error).__name__}: {error}".encode()
        except BaseException:
            code = 4
            said = traceback.format_exc().encode()
        shim.shim_arm(ctypes.c_long(-1), _COUNT_ONLY)
        os.write(write, said[:60_000])
        os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = b""
        _, status = os.waitpid(pid, 0)
        os.set_blocking(pipe.fileno(), False)
        said = pipe.read() or b""
    return os.waitstatus_to_exitcode(status), said.decode()


class Trial:
    """Breaks one verb off again and again."""

    def __init__(self, name: str, place: Path) -> None:
        self.name, self.case = name, CASES[name]
        self.template = AssessmentFolder(place / "template")
        self.work = AssessmentFolder(place / "work")
        self.tally: Counter[str] = Counter()
        self.wrong: list[str] = []
        for act in self.case.prepare:
            code, said = _in_child(lambda act=act: act(self.template, LATER), -1, _COUNT_ONLY)  # type: ignore[misc]
            assert code == 0, said
        self._begin()
        code, said = self._act(-1, _COUNT_ONLY, AGAIN)
        assert code == 0, said
        self.calls = int(said)
        self.expected = outcome(self.work)

    def _begin(self) -> None:
        shutil.rmtree(self.work.root, ignore_errors=True)
        shutil.copytree(self.template.root, self.work.root)

    def _act(self, at: int, mode: int, now: datetime) -> tuple[int, str]:
        return _in_child(lambda: self.case.act(self.work, now), at, mode)

    def broken_off(self, at: int, mode: int) -> None:
        """Break the verb off at this call, do it again, and compare."""
        self._begin()
        code, said = self._act(at, mode, AGAIN)
        how = "killed" if code == -signal.SIGKILL else f"{'full' if mode == _FULL else '?'} {code}"
        self.tally[how] += 1
        where = f"{self.name} call {at} {'kill' if mode == _KILL else 'full'}"
        if code == 3:
            self.tally[said[:150].replace(str(self.work.root), "")] += 1
        if code == 4 or (mode == _KILL and code != -signal.SIGKILL):
            self.wrong.append(f"{where}: {how} {said[-1500:]}")
        code, said = self._act(-1, _COUNT_ONLY, AGAIN + timedelta(minutes=1))
        if code:
            self.wrong.append(f"{where}: again ended with {code}: {said[-600:]}")
            return
        got = outcome(self.work)
        for key in sorted(got.keys() | self.expected.keys()):
            if got.get(key) != self.expected.get(key):
                self.wrong.append(
                    f"{where}: {key}: {got.get(key)!r} instead of {self.expected.get(key)!r}"
                )


def _preloaded() -> bool:
    """True when the counting library is loaded; else start anew with it."""
    if hasattr(ctypes.CDLL(None), "shim_arm"):
        return True
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "kill_runs.so"
        build = ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(build, check=True)
        line = [sys.executable, "-m", "benchmarks.kill_runs", *sys.argv[1:]]
        env = {**os.environ, "LD_PRELOAD": str(library)}
        sys.exit(subprocess.run(line, env=env, check=False).returncode)


def main() -> int:
    """Break every verb off; print counts, and each seed and call that went wrong."""
    _preloaded()
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdigit()]
    count, seed = (*numbers, *(COUNT, 1)[len(numbers) :])
    bad = 0
    for name in [word for word in words if not word.isdigit()] or CASES:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            trial = Trial(name, Path(place))
            chance = random.Random(seed)
            points = list(range(1, trial.calls + 1))
            chosen = sorted(chance.sample(points, min(count, len(points))))
            for turn, at in enumerate(chosen):
                trial.broken_off(at, _KILL if turn % 2 == 0 or count >= len(points) else _FULL)
            if count >= len(points):
                for at in points[:: max(1, len(points) // 30)]:
                    trial.broken_off(at, _FULL)
        bad += len(trial.wrong)
        print(f"{name}: {trial.calls} calls, seed {seed}, {time.monotonic() - began:.0f} s")
        for what, times in trial.tally.most_common():
            print(f"  {times} times: {what}")
        for wrong in trial.wrong:
            print(f"  WRONG {wrong}")
        sys.stdout.flush()
    print(f"{bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
