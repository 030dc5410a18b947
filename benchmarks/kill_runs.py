"""Hundreds of runs killed, or out of room, at a chosen write: does the next run put all right?

Run by hand from the project's folder, on Linux with a C compiler:
``python -m benchmarks.kill_runs [COUNT] [SEED] [VERB...]``. For each verb, runs are broken off at
up to COUNT of the calls that change a file or say something to a server: by a kill in the middle
of the write, and at a quarter of these places by a disk that is full from then on. Then the same
is done again, and must come to what an undisturbed run comes to.
"""

from __future__ import annotations

import ctypes
import logging
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
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.kill_cases import CASES, RUNNING, outcome
from tests.services.small import LATER
from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.errors import XlassessError

COUNT = 60
AGAIN = LATER + timedelta(hours=2)
_COUNT_ONLY, _KILL, _FULL = range(3)
_SOURCE = Path(__file__).with_suffix(".c")


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
        self.case.servers(AssessmentFolder(place))  # they start in this process
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
        self.expected = self._outcome()

    def _begin(self) -> None:
        shutil.rmtree(self.work.root, ignore_errors=True)
        shutil.copytree(self.template.root, self.work.root)
        self.case.servers(self.work)

    def _outcome(self) -> dict[str, Any]:
        return {**self.case.outside(), **outcome(self.work)}

    def _act(self, at: int, mode: int, now: datetime) -> tuple[int, str]:
        return _in_child(lambda: self.case.act(self.work, now), at, mode)

    def broken_off(self, at: int, mode: int) -> None:
        """Break the verb off at this call, do it again, and compare."""
        self._begin()
        code, said = self._act(at, mode, AGAIN)
        self.case.outside()
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
        got = self._outcome()
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
    logging.disable()  # what a mail server says of connections that are cut
    with RUNNING:
        return _all_cases()


def _all_cases() -> int:
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
            for at in chosen:
                trial.broken_off(at, _KILL)
            for at in chosen[::4]:
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
