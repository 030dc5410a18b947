"""The demo of every built-in toolkit: what people answer, and that it all reads back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from xlassess.cli.app import cli
from xlassess.demo import DemoRun, choose_toolkits, run_demo
from xlassess.demo.partnership import TOOLKITS
from xlassess.demo.scripts.all_toolkits import SCRIPTS
from xlassess.model.answer import Return
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import builtin_ids, find_toolkit

NEW = tuple(name for name in SCRIPTS if name not in TOOLKITS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("demo") / "demo", toolkits=choose_toolkits(("all",)))


def _returns(demo: DemoRun, toolkit: str) -> list[Return]:
    return [
        file.ret
        for file in demo.ingested.files
        if file.issued
        and file.issued.identity.toolkit == toolkit
        and file.ret.state != "superseded"
    ]


def test_demo__every_built_in_toolkit_has_a_script() -> None:
    assert set(SCRIPTS) == set(builtin_ids())


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        ((), TOOLKITS),
        (("pat",), ("pat",)),
        (("rochford-hallmarks, pat", "pat"), ("rochford-hallmarks", "pat")),
        ((" pat,",), ("pat",)),
    ],
)
def test_choose_toolkits__as_named(named: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert choose_toolkits(named) == chosen


def test_choose_toolkits__all() -> None:
    assert set(choose_toolkits(("pat,all",))) == set(builtin_ids())


def test_choose_toolkits__unknown() -> None:
    with pytest.raises(UsageError) as error:
        choose_toolkits(("rochford-hallmark",))
    assert "rochford-hallmarks" in error.value.remedy


@pytest.mark.thorough
@pytest.mark.parametrize("toolkit", NEW)
def test_demo__no_finding_where_no_mistake_was_made(demo: DemoRun, toolkit: str) -> None:
    returns = _returns(demo, toolkit)
    assert len(returns) == (7 if SCRIPTS[toolkit].once else 13)
    assert Counter(ret.state for ret in returns) == {"accepted": len(returns)}


@pytest.mark.thorough
@pytest.mark.parametrize("name", NEW)
def test_demo__nothing_required_is_left_out(demo: DemoRun, name: str) -> None:
    toolkit = find_toolkit(name)
    needed = {(i.id, f) for i in toolkit.items() if i.required for f in i.answer_fields}
    for ret in _returns(demo, name):
        given = {(a.item, a.field) for a in ret.answers}
        assert needed <= given


@pytest.mark.thorough
@pytest.mark.parametrize("name", NEW)
def test_demo__no_sentence_twice(demo: DemoRun, name: str) -> None:
    said = Counter(
        answer.value
        for ret in _returns(demo, name)
        for answer in ret.answers
        if answer.field == "comment"
    )
    assert len(said) > 10
    assert set(said.values()) == {1}


@pytest.mark.parametrize("name", list(SCRIPTS))
def test_demo__a_script_speaks_of_items_there_are(name: str) -> None:
    toolkit = find_toolkit(name)
    script = SCRIPTS[name]
    assert set(script.standing) <= {section.id for section in toolkit.all_sections}
    assert set(script.divided) | {plan.item for plan in script.plans} <= _items(toolkit)
    if name in NEW:
        for texts in (script.good, script.poor, script.evidence, script.boxes):
            assert set(texts) <= _items(toolkit)


def _items(toolkit: Toolkit) -> set[str]:
    return {item.id for item in toolkit.items()}


@pytest.mark.thorough
def test_demo__reasons_where_they_are_asked_for(demo: DemoRun) -> None:
    toolkit = find_toolkit("working-better-together")
    asks = {item.id: item.follow_up.when for item in toolkit.items() if item.follow_up}
    reasons = 0
    for ret in _returns(demo, toolkit.id):
        commented = {a.item for a in ret.answers if a.field == "comment"}
        for answer in ret.answers:
            if answer.field == "answer" and answer.value in asks.get(answer.item, ()):
                assert answer.item in commented
                reasons += 1
    assert reasons > 20


@pytest.mark.thorough
def test_demo__both_views_are_taken_and_differ(demo: DemoRun) -> None:
    pairs = [
        (mine.value, theirs.value)
        for ret in _returns(demo, "working-better-together")
        for mine in ret.answers
        for theirs in ret.answers
        if mine.item == theirs.item
        and (mine.field, theirs.field) == ("answer:internal", "answer:external")
    ]
    differing = sum(mine != theirs for mine, theirs in pairs)
    assert 0.2 < differing / len(pairs) < 0.8


@pytest.mark.thorough
def test_demo__the_checklist_is_answered_once_by_each_partner(demo: DemoRun) -> None:
    lines = [line for line in demo.status.lines if line.toolkit == "melton-checklist"]
    assert max(Counter(line.partner for line in lines).values()) == 1
    assert len(lines) == 8


@pytest.mark.thorough
def test_demo__a_register_of_those_who_are_asked(tmp_path: Path) -> None:
    result = run_demo(tmp_path / "demo", toolkits=("melton-checklist",))
    assert len(result.status.lines) == 8
    assert result.consolidated.returned == 7
    assert openpyxl.load_workbook(result.consolidated.path).sheetnames[0].startswith("Summary")


@pytest.mark.thorough
def test_demo__toolkits_as_a_command(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    arguments = ["demo", "--output", str(root), "--toolkits", "rochford-hallmarks"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "13 of 14" in result.stdout


def test_demo__an_unknown_toolkit_as_a_command(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    result = CliRunner().invoke(cli, ["demo", "--output", str(root), "--toolkits", "rochfrod"])
    assert result.exit_code == 2
    assert not root.exists()
