"""The demo: what it makes, that it is the same every time, and what it never touches."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.demo import DemoRun, run_demo
from xlassess.demo.run import INBOX, MARK, clear
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.model.errors import UsageError

SHORT = ("melton-checklist",)
"""What is played where any demo shows what a test is about; it takes a part of the time."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("demo") / "demo")


def test_demo__is_what_it_is_said_to_be(demo: DemoRun) -> None:
    lines = demo.status.lines
    assert len({line.partner for line in lines}) == 8
    assert {line.level for line in lines} == {"board", "senior", "front"}
    assert {line.toolkit for line in lines} == {"pat", "melton-evaluation"}


def test_demo__fills_the_outbox_and_the_inbox(demo: DemoRun) -> None:
    assert len(list((demo.root / "outbox").glob("*.xlsx"))) == 28
    assert {path.suffix for path in demo.inbox.iterdir()} == {".xlsx", ".zip"}


def test_demo__writes_the_summary(demo: DemoRun) -> None:
    path = AssessmentFolder(demo.root).summary_file("2026")
    assert demo.consolidated.path == path
    assert openpyxl.load_workbook(path).sheetnames[0].startswith("Summary")
    assert (demo.consolidated.returned, demo.consolidated.issued) == (25, 28)


def test_demo__the_ledger_holds_everything(demo: DemoRun) -> None:
    with Ledger(AssessmentFolder(demo.root).ledger) as ledger:
        history = ledger.history("2026")
        assert len(ledger.issued("2026")) == 28
        assert len(ledger.current("2026")) == 25
    assert Counter(ret.state for ret in history) == {
        "accepted": 19,
        "accepted with notes": 3,
        "query": 3,
        "refused": 1,
        "superseded": 1,
    }


def test_demo__keeps_every_file_received(demo: DemoRun) -> None:
    with Ledger(AssessmentFolder(demo.root).ledger) as ledger:
        received = {ret.sha256 for ret in ledger.history("2026")}
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (demo.root / "returns").rglob("*")
        if path.is_file()
    }
    assert kept == received


def test_demo__each_mistake_is_found_where_it_was_made(demo: DemoRun) -> None:
    found = {
        (file.issued.respondent if file.issued else "", finding.code, finding.item)
        for file in demo.ingested.files
        for finding in file.ret.findings
        if file.ret.state in ("query", "refused")
    }
    assert found == {
        ("Karen Doyle", "C01", "3B"),
        ("Jo Whitfield", "C02", "4C"),
        ("Jo Whitfield", "C02", "5E"),
        ("Lee Hargreaves", "C10", "2.3"),
        ("", "I01", ""),
    }


def test_demo__sorted_rows_read_as_if_nothing_had_happened(demo: DemoRun) -> None:
    (file,) = [
        file
        for file in demo.ingested.files
        if file.issued
        and file.issued.respondent == "Dr Anita Rao"
        and file.issued.identity.toolkit == "pat"
    ]
    answers = [a for a in file.ret.answers if a.item.startswith("2") and a.field == "answer"]
    assert len(answers) == 6
    rows = [
        int(answer.cell.lstrip("ABCDEFGHIJ")) for answer in sorted(answers, key=lambda a: a.item)
    ]
    assert rows != sorted(rows), "the rows were moved"


def test_demo__values_put_right_are_on_record(demo: DemoRun) -> None:
    put_right = {
        (value.item, value.before) for file in demo.ingested.files for value in file.ret.normalised
    }
    assert {("1B", "agree "), ("6D", "strongly  disagree")} <= put_right
    assert "1.2" in {item for item, _ in put_right}


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The same demo, by its command: where it is, and what was said."""
    root = tmp_path_factory.mktemp("again") / "demo"
    return root, CliRunner().invoke(cli, ["demo", "--output", str(root)])


@pytest.mark.thorough
def test_demo__is_the_same_every_time(demo: DemoRun, commanded: tuple[Path, Result]) -> None:
    again, _ = commanded

    def files(root: Path, folder: str) -> dict[str, bytes]:
        below = root / folder
        return {str(p.relative_to(below)): p.read_bytes() for p in below.rglob("*") if p.is_file()}

    for folder in ("outbox", INBOX, "returns"):
        assert files(demo.root, folder) == files(again, folder)

    def history(root: Path) -> tuple[Return, ...]:
        with Ledger(AssessmentFolder(root).ledger) as ledger:
            return ledger.history("2026")

    assert history(demo.root) == history(again)


def test_demo__every_sentence_is_used_once(demo: DemoRun) -> None:
    said = Counter(
        answer.value
        for file in demo.ingested.files
        if file.ret.state != "superseded"
        for answer in file.ret.answers
        if answer.field == "comment"
    )
    assert len(said) > 25
    assert set(said.values()) == {1}


def test_demo__replaces_an_earlier_demo_and_nothing_else_in_it(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    run_demo(root, toolkits=SHORT)
    (root / "my notes.txt").write_text("mine")
    (root / "outbox" / "left.txt").write_text("left over")
    assert run_demo(root, toolkits=SHORT).replaced
    assert (root / "my notes.txt").read_text() == "mine"
    assert not (root / "outbox" / "left.txt").exists()


def test_demo__completes_one_that_was_broken_off(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    root.mkdir()
    (root / MARK).write_text("")
    (root / "assessment.yaml").write_text("half")
    done = run_demo(root, toolkits=SHORT).consolidated
    assert (done.returned, done.issued) == (7, 8)


@pytest.mark.parametrize("name", ["assessment.yaml", "ledger.db", "holiday.jpg"])
def test_demo__leaves_a_folder_that_is_not_a_demo(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError):
        run_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_demo__does_not_follow_a_link_in_an_earlier_demo(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.txt").write_text("mine")
    root = tmp_path / "demo"
    root.mkdir()
    (root / MARK).write_text("")
    (root / "outbox").symlink_to(elsewhere)
    run_demo(root, toolkits=SHORT)
    assert [path.name for path in elsewhere.iterdir()] == ["precious.txt"]


@pytest.mark.thorough
def test_demo__as_a_command(commanded: tuple[Path, Result]) -> None:
    root, result = commanded
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert str(root / "output" / "2026" / "summary.xlsx") in result.stdout
    status = CliRunner().invoke(cli, ["status", "--json", "-C", str(root)])
    rates = {
        r["toolkit"]: (r["returned"], r["issued"]) for r in json.loads(status.stdout)["response"]
    }
    assert rates == {"pat": (13, 14), "melton-evaluation": (12, 14)}
    again = CliRunner().invoke(cli, ["ingest", str(root / INBOX), "-C", str(root)])
    assert again.exit_code == 0, "nothing in it is new"


def test_demo__into_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert CliRunner().invoke(cli, ["demo", "--output", str(tmp_path / "file")]).exit_code == 2


def test_clear__takes_what_a_demo_makes_and_leaves_toolkits_of_the_user(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("")
    ours = ("toolkits/pat.yaml", "toolkits/ours.yaml")
    for name in (".settings.lock", "drafts/a.eml", "entries/a.xlsx", *ours):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("left over")
    assert clear(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {MARK, "toolkits", "toolkits/ours.yaml"}
    (tmp_path / "toolkits/ours.yaml").rename(tmp_path / "toolkits/pat.yaml")
    assert clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARK]
