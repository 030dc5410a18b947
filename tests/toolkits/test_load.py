"""Toolkit files: what is read, and that every problem names its line."""

from __future__ import annotations

import json
import pickle
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.toolkits.texts import SMALL, spoiled, write
from xlassess.files.yaml_file import read_yaml, yaml_1_1_notes
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.exchange.exchange import toolkit_yaml
from xlassess.toolkits.load import (
    ToolkitFileError,
    all_toolkits,
    builtin_ids,
    find_toolkit,
    load_toolkit,
    toolkit_schema,
)


def problems_of(folder: Path, text: str, name: str = "small.yaml") -> ToolkitFileError:
    with pytest.raises(ToolkitFileError) as caught:
        load_toolkit(write(folder, text, name))
    return caught.value


def test_load__small_toolkit(tmp_path: Path) -> None:
    toolkit = load_toolkit(write(tmp_path))
    assert [item.id for item in toolkit.items()] == ["1A", "3.10", "2A", "2B", "2C", "C1"]
    assert toolkit.version == "1.0"
    assert [choice.code for choice in toolkit.scales["yes-no"].choices] == ["yes", "no"]
    assert toolkit.scales["agreement"].choices[0].score == 2.0
    assert toolkit.scales["agreement"].choices[2].apart is True
    assert toolkit.item("2B").minimum == 0.0


def test_load__byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_toolkit(path) == load_toolkit(write(tmp_path))


def test_load__blank_field_takes_its_default(tmp_path: Path) -> None:
    text = SMALL.replace("short: First\n    form", "short:\n    form")
    assert load_toolkit(write(tmp_path, text)).sections[0].short == ""


def test_load__null_year(tmp_path: Path) -> None:
    assert load_toolkit(write(tmp_path, SMALL.replace("2026", "null"))).year is None


def test_load__folded_text_has_no_line_end(tmp_path: Path) -> None:
    text = SMALL.replace("about: For tests.", "about: >\n  For\n  tests.\n")
    assert load_toolkit(write(tmp_path, text)).about == "For tests."


def test_load__no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_toolkit(tmp_path / "none.yaml")


def test_builtin__loads(builtin_toolkit: Toolkit) -> None:
    assert builtin_toolkit.id in builtin_ids()
    assert find_toolkit(builtin_toolkit.id) == builtin_toolkit


def test_find__own_toolkit_comes_first(tmp_path: Path) -> None:
    write(tmp_path, SMALL.replace("id: small\n", "id: pat\n"), "pat.yaml")
    assert find_toolkit("pat", tmp_path).title == "A small toolkit"
    assert find_toolkit("pat").title != "A small toolkit"
    write(tmp_path)
    assert {toolkit.id for toolkit in all_toolkits(tmp_path)} == {*builtin_ids(), "small"}


@pytest.mark.parametrize("name", ["patt", "../small", "", "/etc/passwd"])
def test_find__unknown(tmp_path: Path, name: str) -> None:
    own = tmp_path / "toolkits"
    own.mkdir()
    write(tmp_path)
    with pytest.raises(UsageError) as caught:
        find_toolkit(name, own)
    assert "pat" in caught.value.remedy


SHAPES = [
    ("year: 2026", "year: MMXXVI", "2026x"),
    ("    title: First section\n", "    titel: First section\n", "'title'"),
    ("form: matrix", "form: matrx", "'matrix'"),
    ("rule: sum", "rule: totals", ""),
    ("score: 2}", "score: two}", "2.5"),
    (
        "scored: false\n    items:\n      - id: 2A",
        "scored: perhaps\n    items:\n      - id: 2A",
        "",
    ),
    ("[inside, outside]", "inside", "["),
    ("rows: 5", "rows: many", ""),
    ("  source: Page 1.\n", "  source: Page 1.\n  sauce: Page 1.\n", "'source'"),
]


@pytest.mark.parametrize(("old", "new", "hint"), SHAPES)
def test_shape__line(tmp_path: Path, old: str, new: str, hint: str) -> None:
    text, line = spoiled(old, new)
    if "perhaps" in new:
        line -= 2
    error = problems_of(tmp_path, text)
    lines = {problem.line for problem in error.problems}
    assert line in lines
    assert len(error.problems) <= 2
    if hint and hint != "2026x":
        assert any(hint in problem.hint for problem in error.problems if problem.line == line)


def test_shape__missing_field_points_at_its_group(tmp_path: Path) -> None:
    text, line = spoiled("      - id: 2A\n        ask: Third question?\n", "      - id: 2A\n")
    (problem,) = problems_of(tmp_path, text).problems
    assert problem.line == line
    assert "'ask'" in problem.message


def test_shape__all_problems_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("year: 2026", "year: x").replace("rows: 5", "rows: x")
    assert len(problems_of(tmp_path, text).problems) == 2


YAML = [
    ("title: A small toolkit", "title: A: small toolkit", 0),
    ("title: A small toolkit", "title: 'A small toolkit", None),
    ("  yes-no:\n", "\tyes-no:\n", 0),
    ("year: 2026", "year: 2026\nyear: 2027", 0),
    ("version: 1.0", "version: &v [*v]", 0),
    ("version: 1.0", "version: *v", 0),
    ("score: 1}", "score: 1, or nearly so}", 0),
    ("version: 1.0", "? [a]\n: b", -1),
    ("version: 1.0", "version: 1.0\n---\nid: other", -1),
]


@pytest.mark.parametrize(("old", "new", "shift"), YAML)
def test_yaml__line(tmp_path: Path, old: str, new: str, shift: int | None) -> None:
    text, line = spoiled(old, new)
    error = problems_of(tmp_path, text)
    if shift is not None:
        assert line + shift in {problem.line for problem in error.problems}


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"just text", b"- a\n- b\n"])
def test_yaml__not_a_toolkit(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(content)
    with pytest.raises(ToolkitFileError):
        load_toolkit(path)


def test_yaml__not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(b"id: small\ntitle: caf\xe9\n")
    with pytest.raises(ToolkitFileError) as caught:
        load_toolkit(path)
    assert [problem.line for problem in caught.value.problems] == [2]


@pytest.mark.thorough
def test_yaml__too_deep(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "id: " + "[" * 5000).problems


@given(cut=st.integers(0, len(SMALL)), noise=st.text(max_size=6))
def test_yaml__any_damage_is_reported_or_harmless(tmp_path: Path, cut: int, noise: str) -> None:
    text = SMALL[:cut] + noise + SMALL[cut + 3 :]
    path = tmp_path / "small.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_toolkit(path)
    except ToolkitFileError as error:
        last = text.count("\n") + text.count("\r") + 2
        assert all(0 <= problem.line <= last for problem in error.problems)  # noqa: PT017


MEANINGS = [
    ("id: small\n", "id: Small Kit\n", 0, ""),
    ("version: 1.0", "version: one and a half", 0, ""),
    ("year: 2026", "year: 26", 0, ""),
    ("- {code: disagree, label: Disagree,", "- {code: agree, label: Disagree,", 0, ""),
    ("- {code: disagree, label: Disagree,", "- {code: disagree, label: ' AGREE',", 0, ""),
    ("label: Disagree, score", f"label: {'x' * 256}, score", 0, ""),
    ("label: Disagree, score: 1", "label: Disagree", 0, ""),
    ("score: 2}", "score: .inf}", 0, ""),
    ("label: Don't know, apart: true}", "label: Don't know, apart: true, score: 0}", 0, ""),
    ("  yes-no:\n", "  text:\n", 0, ""),
    ("  yes-no:\n", "  Yes_No:\n", 0, ""),
    ("{id: outside, label: Outside}", "{id: inside, label: Outside}", 0, ""),
    ("{id: outside, label: Outside}", "{id: outside, label: comments}", 0, ""),
    ("  - id: s2\n", "  - id: s1\n", 0, ""),
    ("tab: 2 Second", "tab: 1 FIRST", 0, ""),
    ("tab: 2 Second", "tab: profile", 0, ""),
    ("tab: 2 Second", "tab: History", 0, ""),
    ("tab: 2 Second", "tab: Partners/people", 0, ""),
    ("tab: 2 Second", "tab: A name that is far too long for it", 0, ""),
    ("tab: 2 Second", "tab: \"It's'\"", 0, ""),
    ("short: First\n    form", "short: one two three four five six seven eight\n    form", -1, ""),
    ("- id: 2A\n", "- id: 1a\n", 0, ""),
    ("- id: 2A\n", "- id: 2 A\n", 0, ""),
    ("answer: yes-no", "answer: yes-on", 0, "'yes-no'"),
    ("answer: money", "answer: mony", 0, "'money'"),
    ("[inside, outside]", "[inside, outsied]", 0, "'outside'"),
    ("[inside, outside]", "[inside, inside]", 0, ""),
    ("          disagree: We do not.", "          disagre: We do not.", 0, "'disagree'"),
    ("          disagree: We do not.", "          unsure: We do not.", 0, ""),
    ("when: [disagree]", "when: [disagre]", 0, "'disagree'"),
    ("weighs: s1", "weighs: s2x", 0, ""),
    ("minimum: 0", "minimum: 11", 0, ""),
    ("answer: money", "answer: text", 1, ""),
    ("answer: long-text", "answer: long-text\n        evidence: true", 0, ""),
    ("answer: long-text", "answer: long-text\n        views: [inside]", 0, ""),
    ("answer: long-text", "answer: long-text\n        follow_up: {when: [a], ask: b}", 0, ""),
    ("title: Second section", "title: ''", 0, ""),
    ("rule: sum", "rule: levels", 3, ""),
    ("  scale: agreement\n", "  scale: agreemnet\n", 0, "'agreement'"),
    ("{low: 3, high: 4, name: High", "{low: 2, high: 4, name: High", 0, ""),
    ("{low: 3, high: 4, name: High", "{low: 4, high: 4, name: High", 0, ""),
    ("{low: 3, high: 4, name: High", "{low: 3, high: 5, name: High", 0, ""),
    ("{low: 3, high: 4, name: High", "{low: 3, high: 3, name: High", 0, ""),
    ("{low: 2, high: 2, name: Low", "{low: 1, high: 2, name: Low", 0, ""),
    ("{low: 2, high: 2, name: Low", "{low: 2, high: 1, name: Low", 0, ""),
    ("{low: 2, high: 2, name: Low", "{low: 2, high: 2, name: high", 0, ""),
    ("{low: 3, high: 4, name: Well", "{low: 3, high: 6, name: Well", 0, ""),
    ("overall: true", "overall: true\n  no_overall_because: It says so.", 0, ""),
    ("flagged: [disagree]", "flagged: [disagre]", 0, "'disagree'"),
    ("  flagged_as: matter to settle\n", "", -1, ""),
    ("success: C1", "success: C2", 0, ""),
    ("success: C1", "success: 2C", 0, ""),
    ("rows: 5", "rows: 0", 0, ""),
    ("weakest: 1", "weakest: 2", 0, ""),
    ("overall: 0}", "overall: -1}", 0, ""),
    ("ask: Say more.", 'ask: "Say\\x07 more."', 0, ""),
    ("ask: Say more.", f"ask: {'x' * 32_768}", 0, ""),
    ("ask: Say more.", "ask: ''", 0, ""),
]


@pytest.mark.parametrize(("old", "new", "shift", "hint"), MEANINGS)
def test_meaning__line(tmp_path: Path, old: str, new: str, shift: int, hint: str) -> None:
    text, line = spoiled(old, new)
    error = problems_of(tmp_path, text)
    here = [problem for problem in error.problems if problem.line == line + shift]
    assert here, [str(problem) for problem in error.problems]
    assert any(hint in problem.hint for problem in here)


def test_meaning__sum_over_a_scale_without_scores(tmp_path: Path) -> None:
    text = SMALL.replace("  scale: agreement\n", "  scale: yes-no\n")
    first = SMALL.splitlines().index('      - {code: yes, label: "Yes"}') + 1
    lines = [problem.line for problem in problems_of(tmp_path, text).problems]
    assert lines[:2] == [first, first + 1]


def test_meaning__file_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, SMALL, "other.yaml").problems
    assert problem.line == 1


def test_meaning__closing_section_that_is_scored(tmp_path: Path) -> None:
    text = SMALL.replace("title: Closing section\n    scored: false", "title: Closing section")
    (problem,) = problems_of(tmp_path, text).problems
    assert problem.line == SMALL.splitlines().index("  - id: c1") + 1


def test_meaning__bands_out_of_order(tmp_path: Path) -> None:
    three = SMALL.replace(
        "      - {low: 3, high: 4, name: High, reading: Good.}\n",
        "      - {low: 3, high: 3, name: High, reading: Good.}\n"
        "      - {low: 4, high: 4, name: Top, reading: Best.}\n",
    )
    (problem,) = problems_of(tmp_path, three).problems
    assert problem.line == SMALL.splitlines().index("    bands:") + 1


def test_meaning__mean_bands_need_not_touch(tmp_path: Path) -> None:
    text = SMALL.replace("rule: sum", "rule: mean")
    for old, new in (
        ("low: 3, high: 4", "low: 1.6, high: 2"),
        ("low: 2, high: 2", "low: 1, high: 1.5"),
    ):
        text = text.replace(old, new)
    assert load_toolkit(write(tmp_path, text)).scoring.rule == "mean"


def test_error__survives_a_worker_process(tmp_path: Path) -> None:
    error = problems_of(tmp_path, SMALL.replace("2026", "x"))
    again = pickle.loads(pickle.dumps(error))
    assert (again.problems, str(again)) == (error.problems, str(error))


def test_schema__published_file_is_current() -> None:
    """Make it current with ``python -m xlassess.toolkits.load toolkits/toolkit.schema.json``."""
    path = Path(__file__).parents[2] / "toolkits" / "toolkit.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == toolkit_schema()


def test_schema__every_field_is_described() -> None:
    schema = toolkit_schema()
    definitions = [schema, *schema["$defs"].values()]
    assert len(definitions) == 12
    for definition in definitions:
        assert definition["additionalProperties"] is False
        assert all(rule["description"] for rule in definition["properties"].values())


def test_scale__scores_that_rise_down_the_list_are_told_with_the_line(tmp_path: Path) -> None:
    text, line = spoiled(
        "- {code: agree, label: Agree, score: 2}", "- {code: agree, label: Agree, score: 0}"
    )
    told = [p for p in problems_of(tmp_path, text).problems if "rise down the list" in p.message]
    assert [problem.line for problem in told] == [line + 1]
    assert "best or most first" in told[0].hint


def test_scale__equal_scores_and_choices_counted_apart_are_in_order(tmp_path: Path) -> None:
    text = SMALL.replace(
        "label: Don't know, apart: true", "label: Don't know, apart: true, about: x"
    )
    assert load_toolkit(write(tmp_path, text)).scales["agreement"].choices[2].apart


@pytest.mark.parametrize("label", ["< 1 year", "> 5 years", "1 * a day", "Really?", "about ~ 5"])
def test_label__what_formulas_take_for_a_pattern_is_a_label_as_any(
    tmp_path: Path, label: str
) -> None:
    text = SMALL.replace("label: Agree,", f'label: "{label}",')
    assert load_toolkit(write(tmp_path, text)).scales["agreement"].choices[0].label == label


def test_label__that_begins_like_a_formula(tmp_path: Path) -> None:
    text, line = spoiled("label: Agree,", 'label: "=1+1",')
    assert line in {problem.line for problem in problems_of(tmp_path, text).problems}


NOTES = [
    ("- {code: yes, label: Agreed}", 1, "true or false"),
    ("- code: ON", 1, "true or false"),
    ("levels: {no: x}", 1, "true or false"),
    ("id: 3.10", 1, "another number"),
    ("id: 010", 1, "another number"),
    ("when: 12:30", 1, "another number"),
    ("- {id: a, ask: Is it so?}", 1, "question mark"),
    ("ask: Is it so?", 0, ""),
    ("score: 1.50", 0, ""),
    ('id: "3.10"', 0, ""),
    ("scored: false", 0, ""),
    ("- {id: a, ask: 'Is it so?'}", 0, ""),
]


@pytest.mark.parametrize(("line", "count", "said"), NOTES)
def test_yaml_1_1__what_other_programs_read_otherwise(line: str, count: int, said: str) -> None:
    file = read_yaml(f"about: x\nthings:\n  {line}\n".encode() if line[0] == "-" else
                     f"about: x\n{line}\n".encode(), "own.yaml")  # fmt: skip
    notes = yaml_1_1_notes(file)
    assert len(notes) == count
    assert all(said in note.message for note in notes)
    assert all(note.line == (3 if line[0] == "-" else 2) for note in notes)


def test_yaml_1_1__nothing_in_the_built_in_files(builtin_toolkit: Toolkit) -> None:
    file = resources.files("xlassess.builtin_toolkits") / f"{builtin_toolkit.id}.yaml"
    assert yaml_1_1_notes(read_yaml(file.read_bytes(), file.name)) == ()
    written = toolkit_yaml(builtin_toolkit, "again").encode()
    assert yaml_1_1_notes(read_yaml(written, file.name)) == ()
