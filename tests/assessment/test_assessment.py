"""The assessment folder: beginning one, reading its settings, and its secret."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder, RegisterError
from xlassess.model.assessment import Assessment, Coordinator, ScenarioChoice
from xlassess.model.errors import UsageError, XlassessError, as_place

SETTINGS = """\
id: riverside
partnership: Riverside Partnership
round: 2026
toolkits:
  - pat
coordinator:
  name: Dana Okafor
  email: dana@riverside.example
return_by: 2026-04-30
purpose: To agree what to improve.
attribution: lettered
minimum_group: 4
"""


@pytest.fixture
def begun(tmp_path: Path) -> AssessmentFolder:
    folder = AssessmentFolder(tmp_path / "Riverside & Söhne")
    folder.create()
    return folder


def problems_of(folder: AssessmentFolder, text: str) -> list[tuple[int, str]]:
    folder.settings_file.write_text(text, encoding="utf-8")
    with pytest.raises(AssessmentFileError) as caught:
        folder.assessment()
    return [(problem.line, problem.hint) for problem in caught.value.problems]


def test_create__files(begun: AssessmentFolder) -> None:
    assert sorted(path.name for path in begun.root.iterdir()) == [
        ".gitignore", ".secret", "assessment.yaml", "partners.xlsx",
    ]  # fmt: skip
    assert ".secret" in (begun.root / ".gitignore").read_text().splitlines()


def test_create__settings_ask_for_what_only_the_coordinator_knows(begun: AssessmentFolder) -> None:
    text = begun.settings_file.read_text(encoding="utf-8")
    lines = text.splitlines()
    expected = [lines.index(field) + 1 for field in ("partnership:", "round:", "  name:")]
    assert [line for line, _ in problems_of(begun, text)] == expected
    for field, value in (("partnership:", "A"), ("\nround:", "2026"), ("  name:", "Dana")):
        text = text.replace(field, f"{field} {value}", 1)
    begun.settings_file.write_text(text, encoding="utf-8")
    made = begun.assessment()
    assert (made.id, made.round, made.toolkits) == ("riverside-and-sohne", "2026", ("pat",))


@pytest.mark.parametrize("name", ["assessment.yaml", "partners.xlsx", ".secret", "ledger.db"])
def test_create__never_overwrites(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError):
        AssessmentFolder(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_create__broken_off_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings come last: without them nothing has begun."""

    link = os.link
    made: list[object] = []

    def link_three(unfinished: Path, path: Path) -> None:
        if len(made) == 3:
            raise KeyboardInterrupt
        made.append(path)
        link(unfinished, path)

    monkeypatch.setattr(os, "link", link_three)
    folder = AssessmentFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        folder.create()
    assert {path.name for path in tmp_path.iterdir()} == {".gitignore", ".secret", "partners.xlsx"}
    with pytest.raises(UsageError) as caught:
        folder.create()
    assert "partners.xlsx and .secret" in caught.value.remedy


def test_create__no_room_and_then_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = AssessmentFolder(tmp_path)

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("xlassess.assessment.starter.register_book", full)
        with pytest.raises(OSError, match="No space"):
            folder.create()
    folder.create()
    assert folder.settings_file.is_file()


@pytest.mark.parametrize("umask", [0o000, 0o077])
@pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of files")
def test_secret__is_private_whatever_new_files_are(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        AssessmentFolder(tmp_path).create()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600


def test_secret__is_never_there_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may ask for it while it is being written."""
    folder = AssessmentFolder(tmp_path)
    folder.settings_file.write_text(SETTINGS, encoding="utf-8")
    link, seen = os.link, []

    def before_it_is_there(unfinished: Path, path: Path) -> None:
        seen.append(path.exists())
        (tmp_path / ".secret").write_bytes(b"5a" * 32)
        link(unfinished, path)

    monkeypatch.setattr(os, "link", before_it_is_there)
    assert folder.secret() == b"\x5a" * 32
    assert seen == [False]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".unfinished")]


def test_create__leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine")
    AssessmentFolder(tmp_path).create()
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_create__folder_without_letters(tmp_path: Path) -> None:
    folder = AssessmentFolder(tmp_path / "---")
    folder.create()
    text = folder.settings_file.read_text(encoding="utf-8")
    assert (4, "") not in problems_of(folder, text)
    assert all("'id'" not in hint for _, hint in problems_of(folder, text))


def test_register__examples_are_refused(begun: AssessmentFolder) -> None:
    begun.settings_file.write_text(SETTINGS, encoding="utf-8")
    with pytest.raises(RegisterError) as caught:
        begun.respondents()
    assert [problem.cell for problem in caught.value.problems] == ["A2", "A3", "A4"]


def test_settings__read(begun: AssessmentFolder) -> None:
    begun.settings_file.write_text(SETTINGS, encoding="utf-8")
    assert begun.assessment() == Assessment(
        id="riverside",
        partnership="Riverside Partnership",
        round="2026",
        toolkits=("pat",),
        coordinator=Coordinator("Dana Okafor", "dana@riverside.example"),
        return_by=date(2026, 4, 30),
        purpose="To agree what to improve.",
        attribution="lettered",
        minimum_group=4,
    )


def test_settings__own_toolkit(begun: AssessmentFolder) -> None:
    begun.toolkits.mkdir()
    (begun.toolkits / "ours.yaml").write_text("id: ours")
    begun.settings_file.write_text(SETTINGS.replace("- pat", "- ours"), encoding="utf-8")
    assert begun.assessment().toolkits == ("ours",)


SPOILED = [
    ("id: riverside", "id: River Side", 1, ""),
    ("round: 2026", "round: ../2026", 3, ""),
    ("round: 2026", "round: ..", 3, ""),
    ("- pat", "- patt", 5, "'pat'"),
    ("- pat", "- pat\n  - pat", 6, ""),
    ("toolkits:\n  - pat", "toolkits: []", 4, "pat"),
    ("toolkits:\n  - pat", "toolkits: pat", 4, "["),
    ("dana@riverside.example", "dana at riverside", 8, ""),
    ("dana@riverside.example", "Dana <dana@riverside.example>", 8, ""),
    ("2026-04-30", "30.4.2026", 9, "2026-03-31"),
    ("2026-04-30", "2026-02-30", 9, "2026-03-31"),
    ("attribution: lettered", "attribution: named partners", 11, ""),
    ("attribution: lettered", "atribution: lettered", 11, "'attribution'"),
    ("minimum_group: 4", "minimum_group: 0", 12, ""),
    ("minimum_group: 4", f"marking: {'x' * 61}", 12, ""),
    ("Riverside Partnership", "''", 2, ""),
    ("Riverside Partnership", '"Riverside\\nPartnership"', 2, ""),
    ("To agree what to improve.", '"To agree\\a"', 10, ""),
    ("partnership: Riverside Partnership", "partnership:", 2, ""),
]


@pytest.mark.parametrize(("old", "new", "line", "hint"), SPOILED)
def test_settings__line(begun: AssessmentFolder, old: str, new: str, line: int, hint: str) -> None:
    assert old in SETTINGS
    ((found, said),) = problems_of(begun, SETTINGS.replace(old, new, 1))
    assert found == line
    assert hint in said


CHOICE = """\
scenarios:
  pat:
    scenario: C
    because: Two partners have given notice.
"""


def test_scenarios__chosen(begun: AssessmentFolder) -> None:
    begun.settings_file.write_text(SETTINGS + CHOICE, encoding="utf-8")
    chosen = begun.assessment().scenarios
    assert chosen == {"pat": ScenarioChoice("C", "Two partners have given notice.")}


def test_scenarios__the_remark_of_a_new_assessment_shows_how(begun: AssessmentFolder) -> None:
    text = begun.settings_file.read_text(encoding="utf-8")
    for field, value in (("partnership:", "A"), ("\nround:", "2026"), ("  name:", "Dana")):
        text = text.replace(field, f"{field} {value}", 1)
    before, remark = text.split("# scenarios:")
    text = before + "scenarios:" + remark.replace("\n# ", "\n")
    begun.settings_file.write_text(text, encoding="utf-8")
    assert begun.assessment().scenarios["pat"].scenario == "C"


@pytest.mark.parametrize(
    ("old", "new", "line", "hint"),
    [
        ("pat:", "pta:", 15, "'pat'"),
        ("scenario: C", "scenario: D", 16, "A, B, C"),
        ("scenario: C", "scenario: 3", 16, "A, B, C"),
        ("    scenario: C\n", "", 15, "such as B"),
        ("because: Two partners have given notice.", "because:", 17, "reason"),
        ("because: Two partners have given notice.", "because: ' '", 17, "summary"),
        ("because:", "why:", 17, "because"),
        ("  pat:", "  melton-evaluation:", 15, "Delete"),
    ],
)
def test_scenarios__line(begun: AssessmentFolder, old: str, new: str, line: int, hint: str) -> None:
    settings = SETTINGS.replace("  - pat", "  - pat\n  - melton-evaluation", 1)
    text = settings + CHOICE.replace(old, new, 1)
    found = problems_of(begun, text)
    assert any(each == line and hint in said for each, said in found)


def test_missing__assessment(tmp_path: Path) -> None:
    folder = AssessmentFolder(tmp_path / "nowhere")
    for ask in (folder.assessment, folder.respondents, folder.secret):
        with pytest.raises(UsageError) as caught:
            ask()
        assert "xlassess init" in caught.value.remedy
    assert not folder.root.exists()


def test_missing__register(begun: AssessmentFolder) -> None:
    begun.settings_file.write_text(SETTINGS, encoding="utf-8")
    begun.register_file.unlink()
    with pytest.raises(UsageError) as caught:
        begun.respondents()
    assert "partners.xlsx" in caught.value.message


def test_secret__is_private_and_stays(begun: AssessmentFolder) -> None:
    secret = begun.secret()
    assert len(secret) == 32
    assert begun.secret() == secret
    assert stat.S_IMODE(begun.secret_file.stat().st_mode) == 0o600


def test_secret__differs_between_assessments(tmp_path: Path) -> None:
    folders = [AssessmentFolder(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        folder.create()
    assert folders[0].secret() != folders[1].secret()


@pytest.mark.parametrize("damage", [b"", b"00" * 31, b"00" * 33, b"zz" * 32])
def test_secret__damaged(begun: AssessmentFolder, damage: bytes) -> None:
    begun.secret_file.write_bytes(damage)
    with pytest.raises(XlassessError) as caught:
        begun.secret()
    assert not damage or damage.decode() not in str(caught.value)


def test_secret__missing_before_anything_was_issued(begun: AssessmentFolder) -> None:
    begun.secret_file.unlink()
    assert begun.secret() == begun.secret()
    assert stat.S_IMODE(begun.secret_file.stat().st_mode) == 0o600


def test_secret__missing_afterwards(begun: AssessmentFolder) -> None:
    begun.secret_file.unlink()
    begun.ledger_file.write_bytes(b"")
    with pytest.raises(XlassessError):
        begun.secret()
    assert not begun.secret_file.exists()


def test_places__are_in_the_folder(tmp_path: Path) -> None:
    folder = AssessmentFolder(tmp_path)
    assert folder.summary_file("2026") == tmp_path / "output" / "2026" / "summary.xlsx"
    assert {folder.outbox.name, folder.returns.name, folder.toolkits.name} == {
        "outbox", "returns", "toolkits",
    }  # fmt: skip


def test_import__is_light() -> None:
    code = (
        "import sys, xlassess.assessment.settings, xlassess.toolkits.load; "
        "print({'pydantic', 'ruamel.yaml', 'openpyxl', 'xlsxwriter', 'rapidfuzz'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_folder_one_is_in__is_named_in_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as nothing:
        AssessmentFolder(Path()).assessment()
    assert str(tmp_path.resolve()) in nothing.value.message
    assert as_place(Path("small")) == "small"
