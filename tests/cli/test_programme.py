"""The verbs of a programme on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tests.services.programmes import a_programme, an_assessment_in
from xlassess.cli.app import cli


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["programme", *(str(word) for word in words)])


def test_programme__begin_add_and_look(tmp_path: Path) -> None:
    root = tmp_path / "ours"
    assert run("init", root).exit_code == 0
    an_assessment_in(root, "old")
    assert run("add", "old", "-C", root, "--lead-body", "The county", "--statutory").exit_code == 0
    again = run("add", "old", "-C", root)
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    result = run("status", "-C", root, "--json")
    assert result.exit_code == 0
    (line,) = json.loads(result.stdout)["partnerships"]
    assert (line["name"], line["lead_body"], line["statutory"]) == (
        "Old Partnership", "The county", True,
    )  # fmt: skip
    assert (line["need"], line["open"]) == ("to be looked at", {"not issued": 3})
    assert "Old Partnership: not issued: 3 workbooks" in run("status", "-C", root).stdout


def test_programme__trouble_is_one_line_and_needs_a_person(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "good")
    a_programme(tmp_path, "  - folder: gone\n  - folder: good\n")
    result = run("status", "-C", tmp_path)
    assert result.exit_code == 1
    assert result.stdout.count("There is no assessment in") == 1
    assert "Good Partnership" in result.stdout


def test_programme__none_here(tmp_path: Path) -> None:
    result = run("status", "-C", tmp_path)
    assert (result.exit_code, "xlassess programme init" in result.stderr) == (2, True)
