"""Killed at any moment, several at once, no room on the disk: nothing is lost, nothing twice."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.clients.postgresql import Cluster
from tests.clients.programs import ROOT
from tests.services import small
from tests.services.small import LATER, MONDAY, a_folder, answer, contents, made_once
from xlassess.assessment.rounds import round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger
from xlassess.ledger.archive import UNFINISHED
from xlassess.ledger.recording import writes
from xlassess.services.common.workbooks.outbox import put, write_whole
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.query import query
from xlassess.services.setup.rounds import begin_round

PEOPLE = tuple(("Ash Council", f"Person {number:02d}", "Board") for number in range(12))


def xlassess(root: Path, *words: str | Path, blocks: int = 0) -> subprocess.Popen[str]:
    """Start the program; ``blocks`` of 512 bytes are the most a file of it may have."""
    limit = f"ulimit -f {blocks}; " if blocks else ""
    line = [sys.executable, "-m", "xlassess", "-C", str(root), *map(str, words)]
    return subprocess.Popen(
        ["/bin/sh", "-c", f'{limit}exec "$@"', "sh", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a program and return its exit code and what it said."""
    said, complained = process.communicate(timeout=120)
    return process.returncode, said, complained


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small", PEOPLE)


@pytest.fixture
def inbox(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """A return of everybody, and a file that is none."""
    return a_full_inbox(tmp_path)


@made_once
def a_full_inbox(tmp_path: Path) -> Path:
    """Return the files of an inbox, beside the folder in which their workbooks were issued."""
    folder, inbox = a_folder(tmp_path / "small", PEOPLE), tmp_path / "inbox"
    generate(folder, now=MONDAY)
    for _, name, _ in PEOPLE:
        answer(folder, name, inbox / f"{name}.xlsx")
    (inbox / "letter.txt").write_text("Dear colleagues")
    return inbox


def assert_all_recorded_once(folder: AssessmentFolder, inbox: Path) -> None:
    """Every file is kept and recorded once, whole, and the ledger is sound."""
    files = [path.read_bytes() for path in inbox.iterdir()]
    kept = [path.read_bytes() for path in folder.returns.rglob("*") if path.is_file()]
    assert sorted(kept) == sorted(files)
    with Ledger(folder.ledger) as ledger:
        history = ledger.history("2026")
        assert sorted(ret.file for ret in history) == sorted(p.name for p in inbox.iterdir())
        assert len(ledger.current("2026")) == len(PEOPLE)
        assert all(len(ret.answers) == 3 for ret in ledger.current("2026").values())
        assert ledger.audit().faults == ()


@pytest.mark.sqlite
@pytest.mark.clients("postgresql")
def test_ingest__a_connection_lost_in_the_middle_of_a_return(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run says what to do, what it had recorded is whole, and to do that is enough."""
    cluster.clear()
    monkeypatch.setattr(small, "LEDGER", f"ledger: {cluster.url()}\n")
    folder = a_folder(tmp_path / "small", PEOPLE[:4])
    generate(folder, now=MONDAY)
    inbox = tmp_path / "inbox"
    for _, name, _ in PEOPLE[:4]:
        answer(folder, name, inbox / f"{name}.xlsx")
    plain, turns = writes.put_returns, itertools.count(1)

    def put_returns(*given: Any) -> None:
        """Returns are there, and what they hold is not yet."""
        plain(*given)
        if next(turns) == 1:
            cluster.disconnect()

    monkeypatch.setattr(writes, "put_returns", put_returns)
    words = ["-C", str(folder.root), "ingest", str(inbox)]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 3
    assert "run the same command again" in result.output
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.history("2026")) <= 2, "those recorded together are wholly there or not"
        assert ledger.audit().faults == ()
    again = CliRunner().invoke(cli, words)
    assert again.exit_code == 0, again.output
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.current("2026")) == len(ledger.history("2026")) == 4
        assert ledger.audit().faults == ()


def _killed(root: Path, *words: str | Path, after: float) -> bool:
    """Start the program and kill it with all its workers; false if it was done before."""
    process = xlassess(root, *words)
    time.sleep(after)
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        return False
    process.communicate()
    return process.returncode == -9


@pytest.mark.hunt
def test_ingest__killed_at_many_points_and_run_again(folder: AssessmentFolder, inbox: Path) -> None:
    chance = random.Random(7)
    killed = sum(
        _killed(folder.root, "ingest", inbox, after=chance.uniform(0.2, 1.6)) for _ in range(10)
    )
    assert killed > 0
    ingest(folder, [inbox], now=LATER, workers=2)
    assert_all_recorded_once(folder, inbox)


@pytest.mark.hunt
def test_generate__killed_at_many_points_and_run_again(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    chance = random.Random(8)
    killed = sum(
        _killed(folder.root, "generate", after=chance.uniform(0.2, 1.2)) for _ in range(10)
    )
    assert killed > 0
    generate(folder, now=MONDAY)
    made = contents(folder)
    with Ledger(folder.ledger) as ledger:
        issued = ledger.issued("2026")
        assert ledger.audit().faults == ()
    assert {item.file_name for item in issued} == {Path(name).name for name in made}
    assert len(issued) == len(made) == len(PEOPLE)
    assert {book.outcome for book in generate(folder, now=LATER).workbooks} == {"unchanged"}


@pytest.mark.thorough
@pytest.mark.slow
def test_ingest__four_at_once(folder: AssessmentFolder, inbox: Path) -> None:
    four = [xlassess(folder.root, "ingest", inbox, "--workers", "1") for _ in range(4)]
    for process in four:
        code, _, complained = finished(process)
        assert code in (0, 1), complained
        assert "Traceback" not in complained
    assert_all_recorded_once(folder, inbox)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize(("verb", "blocks"), [("ingest", 8), ("ingest", 100), ("generate", 8)])
def test_no_room__is_a_sentence_and_leaves_no_half_file(
    folder: AssessmentFolder, inbox: Path, verb: str, blocks: int
) -> None:
    """No file may grow beyond a few KB: neither ledger nor workbook can be written."""
    for path in folder.outbox.rglob("*.xlsx"):
        path.unlink()
    words = (verb, inbox) if verb == "ingest" else (verb,)
    code, said, complained = finished(xlassess(folder.root, *words, blocks=blocks))
    assert code not in (0, -25), said
    assert "Traceback" not in complained
    for path in folder.returns.rglob("*"):
        if path.is_file():
            assert path.read_bytes() in [file.read_bytes() for file in inbox.iterdir()]
    assert not any(folder.outbox.rglob("*.tmp"))
    generate(folder, now=MONDAY)
    ingest(folder, [inbox], now=LATER, workers=1)
    assert_all_recorded_once(folder, inbox)


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom folders keep out"
)
def test_read_only__is_a_sentence(folder: AssessmentFolder, inbox: Path) -> None:
    folder.returns.mkdir(exist_ok=True)
    folder.returns.chmod(0o500)
    code, _, complained = finished(xlassess(folder.root, "ingest", inbox))
    folder.returns.chmod(0o700)
    assert code == 1
    assert "Traceback" not in complained
    ingest(folder, [inbox], now=LATER, workers=1)
    assert_all_recorded_once(folder, inbox)


def _unfinished(place: Path, days: int) -> Path:
    """A file that a broken-off run left so many days ago."""
    place.mkdir(parents=True, exist_ok=True)
    left = place / f"{UNFINISHED}{days}"
    left.write_bytes(b"half")
    moment = time.time() - 86_400 * days
    os.utime(left, (moment, moment))
    return left


def test_leftovers__of_runs_broken_off_long_ago_are_removed(
    folder: AssessmentFolder, inbox: Path
) -> None:
    """What another program may just be writing is left to it."""
    output = folder.summary_file("2026").parent
    places = [folder.outbox, folder.returns, output, folder.outbox / "queries"]
    old, new = ([_unfinished(place, days) for place in places] for days in (1, 0))
    generate(folder, now=MONDAY)
    ingest(folder, [inbox], now=LATER, workers=1)
    consolidate(folder, now=LATER)
    query(folder, now=LATER)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in new)


def test_leftovers__of_rounds_begun_long_ago_are_removed(
    folder: AssessmentFolder, inbox: Path
) -> None:
    """The first time a round is begun its folder is not there yet; the second time it is."""
    until = LATER.date() + timedelta(days=90)
    for place, name in ((folder.root, "2027"), (folder.root / "rounds", "2028")):
        old, new = (_unfinished(place / f"{UNFINISHED}{days}", days) for days in (1, 0))
        moment = old.stat().st_mtime
        os.utime(old.parent, (moment, moment))
        begin_round(folder, name, until, now=LATER)
        assert not old.exists()
        assert new.exists()
    assert round_names(folder.root) == ("2026", "2027", "2028")


@pytest.mark.hunt
@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)
@pytest.mark.parametrize(
    "verb",
    ["send", "mailbox", "round-new", "round-close", "plan", "plan-query", "progress", "paper"],
)
def test_verb__killed_at_sixty_writes_and_run_again(verb: str) -> None:
    """To files and to servers, in the middle of each: nothing twice, nothing lost."""
    line = [sys.executable, "-m", "benchmarks.kill_runs", "60", "1", verb]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "0 wrong"), done.stdout


def test_write_whole__two_at_once_do_not_mix(tmp_path: Path) -> None:
    """One is half-way when another writes the same file: both end well, and it is whole."""
    path = tmp_path / "a.xlsx"
    one, other = b"1" * 1000, b"2" * 1000
    replace, turns = Path.replace, [other]

    def between(unfinished: Path, target: Path) -> Path:
        if turns:
            write_whole(path, turns.pop())
        return replace(unfinished, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", between)
        write_whole(path, one)
    assert path.read_bytes() == one
    assert list(tmp_path.iterdir()) == [path]


def test_write_whole__open_in_another_program_leaves_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows lets nobody replace a workbook that Excel has open."""
    path = tmp_path / "summary.xlsx"
    path.write_bytes(b"before")

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        put(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of files")
def test_put__is_private_where_new_files_are(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        put(tmp_path / "summary.xlsx", b"names")
    finally:
        os.umask(before)
    assert (tmp_path / "summary.xlsx").stat().st_mode & 0o777 == 0o600


def test_no_room__says_so_and_the_same_command_does_the_rest(
    folder: AssessmentFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, left = Path.replace, iter(range(3))

    def full(unfinished: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(unfinished, target)

    words = ["-C", str(folder.root), "ingest", str(inbox), "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        result = CliRunner().invoke(cli, words)
    assert result.exit_code == 3
    assert "The disk is full" in result.output
    assert CliRunner().invoke(cli, words).exit_code == 1
    assert_all_recorded_once(folder, inbox)


@pytest.mark.sqlite
def test_ledger__emptied_is_not_taken_for_a_new_one(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    folder.ledger_file.write_bytes(b"")
    for path in folder.root.glob("ledger.db-*"):
        path.unlink()
    result = CliRunner().invoke(cli, ["-C", str(folder.root), "verify"])
    assert result.exit_code == 3
    assert folder.ledger_file.read_bytes() == b""


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (errno.EROFS, "read-only"),
        (errno.EACCES, "open in another program"),
        (errno.ENOTDIR, "where a folder is needed"),
        (errno.EIO, "could not use the file"),
    ],
)
def test_trouble_with_the_disk__is_told_and_nothing_is_half_written(
    folder: AssessmentFolder,
    inbox: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: int,
    words: str,
) -> None:
    def fail(unfinished: Path, target: Path) -> Path:
        raise OSError(trouble, os.strerror(trouble), str(target))

    command = ["-C", str(folder.root), "ingest", str(inbox), "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        result = CliRunner().invoke(cli, command)
    assert (result.exit_code, "Traceback" in result.output) == (3, False)
    assert words in result.output
    assert CliRunner().invoke(cli, command).exit_code == 1
    assert_all_recorded_once(folder, inbox)
