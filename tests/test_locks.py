"""Locks on files, as this system takes them and as Windows does."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from xlassess.files import locks
from xlassess.files.locks import holding, is_held

fcntl = pytest.importorskip("fcntl", reason="needs Linux, to lock as Windows does")

pytestmark = pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="needs Linux")

_FLOCK = "hhlllhh"


def locking(handle: int, mode: int, number: int) -> None:
    """Lock bytes as Windows does: from where the file stands, for this handle and nobody else.

    Another handle is refused in the same process as in any other, there is no lock to be shared,
    and it goes with the handle (Microsoft, "_locking", "LockFile").
    """
    assert mode == msvcrt.LK_NBLCK
    place = os.lseek(handle, 0, os.SEEK_CUR)
    wanted = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, place, number, 0, 0, 0)
    try:
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, wanted)
    except OSError:
        raise PermissionError(13, "Permission denied") from None


msvcrt = SimpleNamespace(LK_NBLCK=2, locking=locking)


@pytest.fixture(params=["here", "windows"])
def _system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "windows":
        monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
        monkeypatch.setattr(locks, "_take", locks._by_msvcrt)


_HOLDS = """
import sys, time
from pathlib import Path
from tests.test_locks import msvcrt
from xlassess.files import locks
if sys.argv[2] == "windows":
    sys.modules["msvcrt"] = msvcrt
    locks._take = locks._by_msvcrt
with locks.holding(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("system", ["here", "windows"])
def test_lock__of_a_process_that_is_killed_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    if system == "windows":
        monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
        monkeypatch.setattr(locks, "_take", locks._by_msvcrt)
    path = tmp_path / "lock"
    assert not is_held(path)
    command = [sys.executable, "-c", _HOLDS, str(path), system]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_held(path)
        assert is_held(path)  # looking at it lets nothing go
        process.kill()
    assert not is_held(path)
    with holding(path):
        assert is_held(path)
    assert not is_held(path)


@pytest.mark.usefixtures("_system")
def test_lock__is_one_holders_at_a_time_while_others_look(tmp_path: Path) -> None:
    path, at_work, most, done = tmp_path / "lock", 0, 0, threading.Event()

    def work() -> None:
        nonlocal at_work, most
        with holding(path):
            at_work += 1
            most = max(most, at_work)
            time.sleep(0.01)
            at_work -= 1

    def look() -> None:
        while not done.wait(0.001):
            is_held(path)

    watching = threading.Thread(target=look)
    watching.start()
    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    done.set()
    watching.join()
    assert most == 1
    assert path.stat().st_size == 0  # Windows lets nobody read what is locked: nothing is in it
