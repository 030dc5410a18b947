"""A partnership is proposed, decided on, evaluated and left, and the register says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.programmes.made_up import a_programme, an_assessment_in
from xlassess.assessment.programme import ProgrammeFolder
from xlassess.cli.app import cli
from xlassess.model.errors import UsageError
from xlassess.model.programme import Partnership
from xlassess.services.programmes.membership import decide, evaluate, propose

TODAY = date(2026, 9, 1)
HEAD = "title: T\nreview_years: 3  # by the protocol"


def only(folder: ProgrammeFolder) -> Partnership:
    (entry,) = folder.programme().partnerships
    return entry


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["programme", *words, "-C", str(root)])


def test_life__proposed_joined_evaluated_left_and_proposed_again(tmp_path: Path) -> None:
    folder = a_programme(tmp_path, "", HEAD)
    propose(folder, Partnership(name="Market Towns", purpose="Trade"), today=TODAY)
    joined = decide(
        folder, "market towns", "join", "Join for three years", on=date(2026, 7, 3), today=TODAY
    )
    assert (joined.membership, joined.due) == ("joined", date(2029, 7, 3))
    assert "No completed checklist" in joined.remark
    evaluated = evaluate(folder, "Market Towns", on=date(2026, 8, 1), today=TODAY)
    assert evaluated.due == date(2029, 8, 1)
    decide(folder, "Market Towns", "leave", on=TODAY, today=TODAY)
    entry = only(folder)
    assert (entry.membership, entry.decision, entry.decided) == ("left", "Leave", TODAY)
    assert entry.earlier == ("2026-07-03: Join for three years",)
    propose(folder, Partnership(name="Market Towns", budget="GBP 1"), today=TODAY)
    entry = only(folder)
    assert (entry.membership, entry.decision, entry.decided) == ("proposed", "", None)
    assert entry.earlier == ("2026-07-03: Join for three years", "2026-09-01: Leave")
    assert (entry.purpose, entry.budget) == ("Trade", "GBP 1")


def test_name__that_could_be_one_of_two_folders(tmp_path: Path) -> None:
    for name in ("north", "south"):
        an_assessment_in(tmp_path, f"{name}/safer")
    folder = a_programme(tmp_path, "  - folder: north/safer\n  - folder: south/safer\n", HEAD)
    with pytest.raises(UsageError, match="Several partnerships"):
        propose(folder, Partnership(name="Safer"), today=TODAY)


@pytest.mark.parametrize(
    "entry",
    [
        "  # The oldest.\n  - folder: a  # as ever\n    purpose: >\n      Less\n      crime\n"
        "    decision:\n",
        "  - {folder: a, membership: joined, purpose: 'It: #1'}\n",
        "  - folder: a\n    membership: joined # since 2001\n\n  # the end\n",
        "- folder: a\n  decided: 2020-01-01\n  decision: \"Stay, \\\"for now\\\"\"\n",
    ],
    ids=["block", "flow", "remarks", "margin"],
)  # fmt: skip
def test_change__leaves_the_rest_of_the_file_as_it_is(tmp_path: Path, entry: str) -> None:
    folder = a_programme(tmp_path, entry, HEAD)
    before, text = only(folder), folder.register_file.read_text(encoding="utf-8")
    changes = {"membership": "left", "decision": 'Leave: "done" # now', "decided": TODAY}
    folder.change(0, changes)  # type: ignore[arg-type]
    after = only(folder)
    assert (after.membership, after.decision, after.decided) == tuple(changes.values())
    assert (after.folder, after.purpose) == (before.folder, before.purpose)
    now = folder.register_file.read_text(encoding="utf-8")
    for remark in ("# by the protocol", "# The oldest.", "# as ever", "# since 2001", "# the end"):
        assert (remark in now) == (remark in text)


def test_change__remarks_stay_in_the_lines_they_stand_in(tmp_path: Path) -> None:
    entry = (
        "  - folder: a\n    earlier:\n      - 2019  # of the old board\n  # Statutory:\n"
        "  - folder: b\n    lead_body: Us  # for now\n"
    )
    folder = a_programme(tmp_path, entry, HEAD)
    folder.change(1, {"decision": "Stay"})
    folder.change(0, {"decision": "Leave", "earlier": ("2019", "2020")})
    lines = folder.register_file.read_text(encoding="utf-8").splitlines()
    at = lines.index("  - folder: a")
    assert lines[at + 1 : at + 7] == [
        '    earlier: ["2019", "2020"]  # of the old board', '    decision: "Leave"',
        "  # Statutory:", "  - folder: b", "    lead_body: Us  # for now", '    decision: "Stay"',
    ]  # fmt: skip


def test_change__what_cannot_be_changed_safely_is_left_alone(tmp_path: Path) -> None:
    folder = a_programme(tmp_path, "  - purpose: &one Trade\n    name: *one\n", HEAD)
    before = folder.register_file.read_bytes()
    with pytest.raises(UsageError, match="nothing was changed"):
        folder.change(0, {"name": "Other"})
    assert folder.register_file.read_bytes() == before


@pytest.mark.parametrize(
    ("membership", "verdict", "says"),
    [
        ("joined", "join", "cannot be decided"),
        ("proposed", "leave", "cannot be decided"),
        ("left", "stay", "propose"),
        ("not joined", "join", "propose"),
    ],
)
def test_decide__only_what_can_be_decided(
    tmp_path: Path, membership: str, verdict: str, says: str
) -> None:
    folder = a_programme(tmp_path, f"  - {{name: A, membership: {membership}}}\n", HEAD)
    with pytest.raises(UsageError) as caught:
        decide(folder, "A", verdict, on=TODAY, today=TODAY)  # type: ignore[arg-type]
    assert says in f"{caught.value.message} {caught.value.remedy}"


def test_decide__days_follow_one_another(tmp_path: Path) -> None:
    folder = a_programme(tmp_path, "  - {name: A, decided: 2026-05-01, decision: Join}\n", HEAD)
    for on in (date(2026, 4, 1), date(2026, 9, 2)):
        with pytest.raises(UsageError):
            decide(folder, "A", "stay", on=on, today=TODAY)
    with pytest.raises(UsageError, match="still to come"):
        evaluate(folder, "A", on=date(2026, 9, 2), today=TODAY)
    with pytest.raises(UsageError):
        evaluate(folder, "A", on=TODAY, today=TODAY, due=TODAY)


def test_commands__name_by_folder_or_name_and_say_what_is_due(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "old")
    a_programme(tmp_path, "  - folder: old\n", HEAD)
    assert run(tmp_path, "propose", "New One", "--lead-body", "The county").exit_code == 0
    joined = run(tmp_path, "decide", "New One", "join", "--on", "2026-07-03")
    assert (joined.exit_code, "checklist" in joined.stdout) == (1, True)
    assert "3 July 2029" in joined.stdout
    stay = run(tmp_path, "decide", "OLD", "stay", "--on", "2026-07-03", "--due", "2027-01-31")
    assert (stay.exit_code, "31 January 2027" in stay.stdout) == (0, True)
    left = run(tmp_path, "leave", "Old Partnership", "--decision", "Its work is done")
    assert (left.exit_code, "Old Partnership has left." in left.stdout) == (0, True)
    unknown = run(tmp_path, "evaluate", "Old Partnershp")
    assert (unknown.exit_code, "Did you mean" in unknown.stderr) == (2, True)
    again = run(tmp_path, "propose", "New One")
    assert (again.exit_code, "already" in again.stderr) == (2, True)
