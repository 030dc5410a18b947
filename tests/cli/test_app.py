"""The front door: every verb through click, exit codes, errors as sentences, JSON."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.services.small import (
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    made_once,
    write_register,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.cli.errors import WRONG_USE

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run the command line with these words, as from a pipe."""

    def ran(*words: str | Path) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words])

    return ran


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


@pytest.fixture
def inbox(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """One good return, one with a query, one that is no workbook."""
    return a_mixed_inbox(tmp_path)


@made_once
def a_mixed_inbox(tmp_path: Path) -> Path:
    """Return the files of an inbox, beside the folder in which their workbooks were issued."""
    folder, made = a_folder(tmp_path / "small"), tmp_path / "inbox"
    answer(folder, "Ada Ash", made / "a.xlsx")
    answer(folder, "Abe Ash", made / "b.xlsx", ("Agree", "[red]Per\x9bhaps[/red]", "Agree"))
    (made / "c.pdf").write_bytes(b"%PDF-1.7\n")
    return made


def the_json(result: Result) -> dict[str, Any]:
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def test_init__makes_a_folder_that_says_what_to_do(run: Run, tmp_path: Path) -> None:
    result = run("init", tmp_path / "new")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} >= {
        "assessment.yaml",
        "partners.xlsx",
        ".secret",
    }
    assert result.stderr == ""


def test_init__again_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("init", tmp_path / "new")
    before = {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir()}
    result = run("init", tmp_path / "new")
    assert result.exit_code == 2
    assert {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir()} == before


def test_init__refuses_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert run("init", tmp_path / "file").exit_code == 2


def test_generate__says_what_it_issued(run: Run, folder: AssessmentFolder) -> None:
    change_settings(folder, "2026-03-13", "2999-03-13")
    result = run("generate", "-C", folder.root)
    assert result.exit_code == 0
    assert len(list(folder.outbox.glob("*.xlsx"))) == 3
    assert "tiny" in result.stdout
    assert result.stderr == ""


def test_generate__says_that_send_is_next(run: Run, folder: AssessmentFolder) -> None:
    change_settings(folder, "2026-03-13", "2999-03-13")
    said = run("generate", "-C", str(folder.root)).stdout
    assert "To write the messages that they go out with: xlassess send" in said
    again = run("generate", "-C", str(folder.root)).stdout
    assert "xlassess send" not in again


def test_generate__exit_code_says_that_somebody_must_decide(
    run: Run, folder: AssessmentFolder
) -> None:
    change_settings(folder, "2026-03-13", "2999-03-13")
    run("generate", "-C", folder.root)
    change_settings(folder, "2999-03-13", "2999-03-20")
    result = run("generate", "-C", folder.root)
    assert result.exit_code == 1
    assert "--reissue" in result.stdout
    assert run("generate", "-C", folder.root, "--reissue").exit_code == 0
    assert run("generate", "-C", folder.root).exit_code == 0


def test_generate__lists_every_problem_of_the_settings(run: Run, folder: AssessmentFolder) -> None:
    change_settings(folder, "partnership: Small Partnership\n", "partnershp: Small\nround2: x\n")
    result = run("generate", "-C", folder.root)
    assert result.exit_code == 2
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error:")]
    assert len(lines) >= 2
    assert all("assessment.yaml" in line for line in lines)
    assert result.stdout == ""


def test_ingest__reports_refused_then_doubtful_then_read(
    run: Run, folder: AssessmentFolder, inbox: Path
) -> None:
    result = run("-C", folder.root, "ingest", inbox)
    assert result.exit_code == 1
    text = result.stdout
    assert text.index("c.pdf") < text.index("b.xlsx") < text.index("a.xlsx")
    assert "G03" in text
    assert "C01" in text
    assert "[red]" in text, "partner text is not read as markup"
    assert "\x9b" not in text


def test_ingest__says_once_what_findings_have_in_common(
    run: Run, folder: AssessmentFolder, tmp_path: Path
) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "a.xlsx", ("Perhaps", "Maybe", "Perhaps"))
    text = run("-C", folder.root, "ingest", path).stdout
    assert text.count("C01") == 2
    assert text.count("To do:") == 1


def test_ingest__names_what_was_refused_before(
    run: Run, folder: AssessmentFolder, inbox: Path
) -> None:
    run("-C", folder.root, "ingest", inbox)
    (inbox / "d.pdf").write_bytes(b"%PDF-1.7\n")
    text = run("-C", folder.root, "ingest", inbox).stdout
    assert "c.pdf: G03" in text
    assert "d.pdf: the same as c.pdf" in text


def test_ingest__json_tells_file_sheet_and_cell(
    run: Run, folder: AssessmentFolder, inbox: Path
) -> None:
    result = run("-C", folder.root, "ingest", "--json", inbox)
    assert result.exit_code == 1
    document = the_json(result)
    assert document["format"] == "xlassess-ingest/1"
    assert document["new"] == 3
    assert document["states"] == {"accepted": 1, "query": 1, "refused": 1}
    assert document["needs_person"] is True
    files = {entry["file"]: entry for entry in document["files"]}
    assert files["a.xlsx"]["answers"] == 3
    assert files["a.xlsx"]["respondent"] == "Ada Ash"
    (finding,) = files["b.xlsx"]["findings"]
    assert (finding["code"], finding["severity"], finding["item"]) == ("C01", "query", "1B")
    assert finding["sheet"] == "1 Basics"
    assert len(finding["cells"]) == 1
    assert finding["message"]
    assert finding["remedy"]
    assert all(ord(char) < 0x7F for char in result.stdout)


def test_ingest__again_is_done(run: Run, folder: AssessmentFolder, inbox: Path) -> None:
    run("-C", folder.root, "ingest", inbox)
    assert run("-C", folder.root, "ingest", inbox).exit_code == 0


def test_ingest__finds_a_path_in_the_assessments_folder(
    run: Run, folder: AssessmentFolder, inbox: Path
) -> None:
    inbox.rename(folder.root / "inbox")
    assert run("ingest", "-C", folder.root, "inbox").exit_code == 1


@pytest.mark.parametrize("words", [(), ("nowhere.xlsx",), ("--workers", "0", "x")])
def test_ingest__wrong_use(run: Run, folder: AssessmentFolder, words: tuple[str, ...]) -> None:
    result = run("ingest", "-C", folder.root, *words)
    assert result.exit_code == 2
    assert result.stderr
    assert result.stdout == ""


def test_status__shows_register_rate_and_what_is_open(
    run: Run, folder: AssessmentFolder, inbox: Path
) -> None:
    run("-C", folder.root, "ingest", inbox)
    result = run("status", "-C", folder.root)
    assert result.exit_code == 0
    assert "2 of 3" in result.stdout
    assert "67%" in result.stdout
    for shown in ("Ada Ash", "query open", "C01", "c.pdf", "Bea Birch"):
        assert shown in result.stdout


def test_status__json(run: Run, folder: AssessmentFolder, inbox: Path) -> None:
    run("-C", folder.root, "ingest", inbox)
    document = the_json(run("status", "-C", folder.root, "--json"))
    assert document["format"] == "xlassess-status/1"
    assert document["round"] == "2026"
    assert document["return_by"] == "2026-03-13"
    (response,) = document["response"]
    assert (response["issued"], response["returned"]) == (3, 2)
    assert response["rate"] == pytest.approx(2 / 3)
    assert [book["state"] for book in document["workbooks"]] == ["returned", "query open", "late"]
    assert [entry["file"] for entry in document["unplaced"]] == ["c.pdf"]
    assert document["unplaced"][0]["perhaps"] == ""


def test_status__of_a_new_assessment(run: Run, folder: AssessmentFolder) -> None:
    write_register(folder, ())
    assert run("status", "-C", folder.root).exit_code == 0


def test_consolidate__writes_the_summary(run: Run, folder: AssessmentFolder, inbox: Path) -> None:
    run("-C", folder.root, "ingest", inbox)
    result = run("consolidate", "-C", folder.root)
    assert result.exit_code == 0
    assert folder.summary_file("2026").is_file()
    assert "2 of 3" in result.stdout


def test_consolidate__with_nothing_returned(run: Run, folder: AssessmentFolder) -> None:
    run("generate", "-C", folder.root)
    result = run("consolidate", "-C", folder.root)
    assert result.exit_code == 3
    assert result.stdout == ""


def test_toolkits__alone_lists(run: Run, tmp_path: Path) -> None:
    alone, listed = run("toolkits", "-C", tmp_path), run("toolkits", "list", "-C", tmp_path)
    assert alone.exit_code == listed.exit_code == 0
    assert alone.stdout == listed.stdout
    assert "melton-evaluation" in alone.stdout


def test_toolkits__json_lists_the_folders_own(run: Run, folder: AssessmentFolder) -> None:
    for words in (("toolkits", "--json"), ("toolkits", "list", "--json")):
        document = the_json(run("-C", folder.root, *words))
        assert document["format"] == "xlassess-toolkits/1"
        own = {entry["id"] for entry in document["toolkits"] if entry["own"]}
        assert own == {"tiny"}
        assert len(document["toolkits"]) >= 8


def test_toolkits_show__json_has_every_item(run: Run, tmp_path: Path) -> None:
    document = the_json(run("toolkits", "show", "pat", "--json", "-C", tmp_path))
    assert document["format"] == "xlassess-toolkit/1"
    items = [item["id"] for section in document["contents"] for item in section["items"]]
    assert len(items) == document["items"]
    assert items[:2] == ["1A", "1B"]
    assert [c["score"] for c in document["scales"]["agreement"]] == [4, 3, 2, 1]


def test_toolkits_show__names_the_source(run: Run, tmp_path: Path) -> None:
    result = run("toolkits", "show", "pat", "-C", tmp_path)
    assert result.exit_code == 0
    assert "109" in result.stdout
    assert "Assessing Strategic Partnership" in result.stdout


def test_toolkits_show__of_an_unknown_toolkit(run: Run, tmp_path: Path) -> None:
    result = run("toolkits", "show", "patt", "-C", tmp_path)
    assert result.exit_code == 2
    assert "'pat'" in result.stderr


def test_toolkits_check__of_a_sound_file(run: Run, folder: AssessmentFolder) -> None:
    assert run("toolkits", "check", folder.toolkits / "tiny.yaml").exit_code == 0
    assert run("toolkits", "check", "toolkits/tiny.yaml", "-C", folder.root).exit_code == 0


def test_toolkits_check__names_every_mistake_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(TOOLKIT.replace("rule: sum", "rule: some").replace("year: 2026", "year: soon"))
    result = run("toolkits", "check", path)
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == 2
    assert all("wrong.yaml, line" in line for line in errors)


def test_toolkits_schema__is_a_json_schema(run: Run) -> None:
    assert the_json(run("toolkits", "schema"))["$schema"].startswith("https://json-schema.org")


def test_folder__may_stand_before_or_after_the_verb(
    run: Run, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.root)
    here = run("status").stdout
    monkeypatch.chdir(folder.root.parent)
    assert run("-C", "small", "status").stdout == here
    assert run("status", "-C", "small").stdout == here
    assert run("-C", folder.root.parent, "status", "-C", "small").stdout == here


@pytest.mark.parametrize("verb", ["generate", "status", "consolidate"])
def test_folder__that_holds_no_assessment(run: Run, tmp_path: Path, verb: str) -> None:
    result = run(verb, "-C", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert "xlassess init" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("nothing",), ("status", "--nothing"), ("init",)])
def test_command__wrong_use_is_2(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == WRONG_USE


def _fault(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("xlassess.services.status.status", broken)


def test_fault__becomes_a_sentence(
    run: Run, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fault(monkeypatch, ZeroDivisionError("division \x1b[2J by zero"))
    result = run("status", "-C", folder.root)
    assert result.exit_code == 3
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" not in result.stderr
    assert "--verbose" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("words", [("--verbose", "status"), ("status", "--verbose")])
def test_fault__verbose_shows_the_traceback(
    run: Run, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    _fault(monkeypatch, ZeroDivisionError("division by zero"))
    result = run("-C", folder.root, *words)
    assert result.exit_code == 3
    assert "Traceback" in result.stderr


def test_fault__of_the_disk_names_the_file(
    run: Run, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fault(monkeypatch, PermissionError(13, "Permission denied", "/somewhere/ledger.db"))
    result = run("status", "-C", folder.root)
    assert result.exit_code == 3
    assert "/somewhere/ledger.db" in result.stderr
    assert "Permission denied" in result.stderr


def test_interruption__is_3(
    run: Run, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fault(monkeypatch, KeyboardInterrupt())
    result = run("status", "-C", folder.root)
    assert result.exit_code == 3
    assert result.stderr


def _process(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    program = Path(sys.executable).with_name("xlassess")
    if not program.exists():
        pytest.skip("xlassess is not installed beside this Python")
    return subprocess.run(
        [str(program), *map(str, words)], cwd=cwd, capture_output=True, check=False
    )


def test_process__a_round_from_end_to_end(folder: AssessmentFolder, inbox: Path) -> None:
    assert _process("generate", cwd=folder.root).returncode == 0
    done = _process("ingest", inbox, cwd=folder.root)
    assert done.returncode == 1
    assert done.stderr == b"", "no progress bar where there is no terminal"
    assert b"\x1b" not in done.stdout
    assert _process("status", cwd=folder.root).returncode == 0
    assert _process("nonsense", cwd=folder.root).returncode == 2
    assert _process("toolkits", "show", "nonsense", cwd=folder.root).returncode == 2


def test_process__names_in_any_script_where_the_console_knows_ascii_only(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_register(folder, (("Żółć", "Zoë 日本", "Board"),))
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = _process("status", cwd=folder.root)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help__says_the_exit_codes_and_lists_verbs_as_they_are_used(run: Run) -> None:
    text = run("--help").stdout
    assert "Exit codes" in text
    listing = text.split("Commands:")[1]
    verbs = cli.list_commands(click.Context(cli))
    places = [listing.index(f"\n  {verb} ") for verb in verbs]
    assert places == sorted(places)
    assert verbs[0] == "init"
    assert "..." not in listing, "every verb is told in full"


@pytest.mark.parametrize("which", ["[[]]", "[[verb] for verb in cli.list_commands(None)]"])
def test_help__imports_nothing_heavy(which: str) -> None:
    """Neither the list of the verbs nor the help of any of them."""
    code = (
        "import sys, click; before = set(sys.modules);"
        "from xlassess.cli.app import cli;"
        f"[cli([*words, '--help'], standalone_mode=False) for words in {which}];"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*loaded, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"rich", "pandas", "numpy", "xlsxwriter", "openpyxl", "sqlalchemy", "pydantic"}
    assert "Usage" in done.stdout
    assert not heavy & set(done.stderr.split())


@pytest.mark.slow
def test_help__is_there_at_once() -> None:
    def seconds(*words: str) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run(words, capture_output=True, check=True, env=os.environ)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    python = sys.executable
    click = seconds(python, "-c", "import click")
    ours = seconds(python, "-c", "from xlassess.cli.app import main; main()", "--help")
    assert ours <= 2 * click + 0.05
