"""``xlassess settings``: shown, changed and on record, like on the desk."""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.small import MONDAY, a_folder, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.files.locks import is_held
from xlassess.ledger import Event, Ledger
from xlassess.model.errors import UsageError
from xlassess.services.common.round_folders import take_over
from xlassess.services.generate import generate
from xlassess.services.setup import rounds
from xlassess.services.setup.change_settings import change_settings
from xlassess.services.setup.rounds import begin_round


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


def run(folder: AssessmentFolder, *words: str) -> Result:
    return CliRunner().invoke(cli, ["settings", "-C", str(folder.root), *words])


def changes(folder: AssessmentFolder) -> list[Event]:
    with Ledger(folder.ledger) as ledger:
        return [one for one in ledger.events() if one.what == "settings changed"]


def test_settings__are_changed_and_shown_with_who_did_it(folder: AssessmentFolder) -> None:
    result = run(folder, "return_by=2099-04-30", "coordinator.phone=01 234")
    assert result.exit_code == 0, result.stderr
    assert "return_by: 2026-03-13 became 2099-04-30" in result.stdout
    assert "return_by: 2099-04-30\n" in folder.settings_file.read_text("utf-8")
    (event,) = changes(folder)
    assert event.by == getpass.getuser()
    assert event.details == {
        "round": "2026",
        "changed": {"return_by": ["2026-03-13", "2099-04-30"], "coordinator.phone": []},
    }
    said = " ".join(run(folder).stdout.split())
    assert "coordinator’s telephone; Return date: 13 March 2026 became 30 April 2099" in said
    assert "It is sealed into" in said


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("id=other", "It is sealed into every workbook"),
        ("return_by=2020-01-01", "This day has passed."),
        ("return_by=soon", "must be a date"),
        ("nonsense=1", "There is no setting nonsense"),
        ("marking", "Write it as NAME=VALUE."),
        ("toolkits=pta", "There is no toolkit 'pta'."),
    ],
)
def test_settings__that_cannot_be_changed_so_stay(
    folder: AssessmentFolder, word: str, told: str
) -> None:
    before = folder.settings_file.read_bytes()
    result = run(folder, "partnership=Another", word)
    assert (result.exit_code, told in " ".join(result.stderr.split())) == (2, True), result.stderr
    assert folder.settings_file.read_bytes() == before
    assert changes(folder) == []


def test_settings__taken_from_a_programme_and_changed_here_hold_here(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    (tmp_path / "programme.yaml").write_text(
        "title: Ours\nshared:\n  marking: SHARED\n  coordinator:\n    name: Pat\n    phone: '1'\n"
        "partnerships: []\n", encoding="utf-8",
    )  # fmt: skip
    said = folder.settings_file.read_text("utf-8").split("coordinator:")[0]
    folder.settings_file.write_text(f"{said}\nprogramme: ..\ncoordinator:\n", encoding="utf-8")
    assert folder.assessment().coordinator.name == "Pat"
    assert run(folder, "coordinator.phone=2").exit_code == 0
    kept = folder.assessment()
    assert (kept.coordinator.name, kept.coordinator.phone, kept.marking) == ("Pat", "2", "SHARED")


@pytest.mark.parametrize(
    ("stands", "words", "told", "recorded"),
    [
        ("minimum_group: 5", ["minimum_group="], "minimum_group: 5 became 3\n",
         {"minimum_group": ["5", "3"]}),
        ("minimum_group: 5", ["minimum_group=07"], "minimum_group: 5 became 7\n",
         {"minimum_group": ["5", "7"]}),
        ("", ["shared=yes"], "shared: false became true\n", {"shared": ["false", "true"]}),
        ("marking: RED", ["marking=", "minimum_group=03"], "marking: RED became OFFICIAL\n",
         {"marking": ["RED", "OFFICIAL"]}),
        ("marking: OFFICIAL", ["marking="], "Nothing was changed.\n", None),
        ("minimum_group: 5", ["minimum_group=05"], "Nothing was changed.\n", None),
    ],
)  # fmt: skip
def test_settings__on_record_is_what_stands_afterwards(
    folder: AssessmentFolder,
    stands: str,
    words: list[str],
    told: str,
    recorded: dict[str, list[str]] | None,
) -> None:
    """A field that is left empty has its default, and is not nothing."""
    standing_in(folder, stands)
    before = folder.settings_file.read_bytes()
    result = run(folder, *words)
    assert (result.exit_code, result.stdout) == (0, told), result.stderr
    assert [event.details["changed"] for event in changes(folder)] == [recorded] * bool(recorded)
    assert (folder.settings_file.read_bytes() == before) == (recorded is None)


def standing_in(folder: AssessmentFolder, line: str) -> None:
    """Have one line more, or another, in the settings file."""
    name = f"{line.partition(':')[0]}:"
    kept = [one for one in folder.settings_file.read_text("utf-8").splitlines()
            if not line or not one.startswith(name)]  # fmt: skip
    folder.settings_file.write_text("\n".join([*kept, line, ""]), encoding="utf-8")


def test_settings__with_two_blanks_in_the_file_can_be_changed(folder: AssessmentFolder) -> None:
    standing_in(folder, 'marking: "OFFICIAL  SENSITIVE"')
    assert run(folder, "marking=OFFICIAL  SENSITIVE").stdout == "Nothing was changed.\n"
    result = run(folder, "marking=RED")
    assert (result.exit_code, folder.assessment().marking) == (0, "RED"), result.stderr


def test_settings__changed_while_somebody_begins_a_round_put_nothing_back(
    folder: AssessmentFolder,
) -> None:
    """What they moved to the folder of the round was written over, and nothing opened any more."""
    begin_round(folder, "2027", date(2027, 3, 31), now=MONDAY)
    before = folder.settings_file.read_bytes()
    with pytest.raises(UsageError, match="new round was begun"):
        change_settings(folder, {"marking": "SECRET"}, {"marking": "OFFICIAL"}, now=MONDAY)
    assert folder.settings_file.read_bytes() == before
    assert AssessmentFolder(folder.root, "2027").assessment().round == "2027"


def test_settings__cannot_be_changed_while_a_round_is_begun(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def moving(before: AssessmentFolder) -> AssessmentFolder:
        held.append(is_held(folder.root / ".settings.lock"))
        return take_over(before)

    monkeypatch.setattr(rounds, "take_over", moving)
    begin_round(folder, "2027", date(2027, 3, 31), now=MONDAY)
    assert held == [True]
