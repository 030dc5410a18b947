"""Values changed in a YAML file: they are there, and nothing else is another."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.assessment.starter import settings_text
from xlassess.files.yaml_edit import CannotBeEditedError, Place, as_scalar, with_values
from xlassess.files.yaml_file import read_yaml

STARTING = settings_text("small", [("pat", "PAT"), ("melton", "Melton")])


def told(before: str, after: str) -> list[str]:
    """The lines that are gone, and those that are new."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [one for one in lines if one[0] in "+-"]


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({("marking",): "X: yes # no"}, ["- marking: OFFICIAL", '+ marking: "X: yes # no"']),
        ({("coordinator", "phone"): "01 23"}, ["-   phone:", "+   phone: 01 23"]),
        ({("return_by",): "2031-04-01"}, ["- return_by:", "+ return_by: 2031-04-01"]),
        ({("shared",): "true"}, ["- shared: false", "+ shared: true"]),
        ({("toolkits",): ["melton", "pat"]}, ["+   - melton"]),
        ({("toolkits",): ["melton"]}, ["-   - pat", "+   - melton"]),
        ({("mail", "host"): "smtp.x.org", ("mail", "port"): "25"},
         ["+ mail:", "+   host: smtp.x.org", "+   port: 25"]),
        ({("scenarios", "pat", "scenario"): "C"},
         ["+ scenarios:", "+   pat:", "+     scenario: C"]),
        ({("marking",): ""}, ["- marking: OFFICIAL", "+ marking:"]),
        ({("purpose",): "a\nb\u2028c\x7f"}, ["- purpose:", '+ purpose: "a\\nb\\u2028c\\u007f"']),
    ],
)  # fmt: skip
def test_values__of_the_starting_text_are_changed_and_no_other_line(
    changes: dict[Place, str], lines: list[str]
) -> None:
    assert told(STARTING, with_values(STARTING, changes)) == lines


def test_values__of_a_group_are_where_its_example_is_explained() -> None:
    edited = with_values(STARTING, {("preparation", "facilitator"): "Sam"}).splitlines()
    at = edited.index("preparation:")
    assert edited[at - 1].startswith("#   afterwards:")
    assert edited[at + 1] == "  facilitator: Sam"


def test_values__of_a_group_of_which_nothing_is_left_are_gone() -> None:
    whole = {("mail", "host"): "smtp.x.org", ("mail", "user"): "me"}
    empty = with_values(with_values(STARTING, whole), dict.fromkeys(whole, ""))
    assert told(STARTING, empty) == ["+ mail:"]
    assert "mail" not in read_yaml(empty.encode(), "").tree  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "changes", "after"),
    [
        ("a: 1 # one\nb: 2\n", {("a",): "x"}, "a: x # one\nb: 2\n"),
        ("a: 1\r\nb:\r\n", {("b",): "x", ("c",): "z"}, "a: 1\r\nb: x\r\n\r\nc: z\r\n"),
        ("a: 'it''s'\n", {("a",): "x"}, "a: x\n"),
        ("a: >\n  one\n\n  two\n# about b\nb: 2\n", {("a",): "x"}, "a: x\n# about b\nb: 2\n"),
        ("a:\n  1\nb: 2\n", {("a",): "x"}, "a:\n  x\nb: 2\n"),
        ("a: {b: 1}\n", {("a", "b"): "x, y", ("a", "c"): "2"}, 'a: {b: "x, y", c: 2}\n'),
        ("a: {}\n", {("a", "b"): "x"}, "a: {b: x}\n"),
        ("t: [p, q]\n", {("t",): ["q", "r"]}, "t: [q, r]\n"),
        ("t:\n- p # first\n- q\nb: 1\n", {("t",): ["q", "r"]}, "t:\n- q\n- r\nb: 1\n"),
        ("t:\n- p", {("t",): ["p", "r"]}, "t:\n- p\n- r\n"),
        ("g:\n    a: 1\n    b:\n# next\nh: 2\n", {("g", "c"): "x"},
         "g:\n    a: 1\n    b:\n    c: x\n# next\nh: 2\n"),
        ("g:\n  a: 1\n", {("g", "b"): "yes"}, 'g:\n  a: 1\n  b: "yes"\n'),
        ('"a": 1\n', {("a",): "No"}, '"a": "No"\n'),
        ("", {("a",): "1"}, "\na: 1\n"),
        ("a: \nb:  # why\n", {("a",): "1", ("b",): "2"}, "a: 1\nb: 2  # why\n"),
        ("a: |\n  one\n\n  two\nb: 2\n", {("a",): ""}, "a:\nb: 2\n"),
        ("a: >-\r\n  one\r\n# b\r\nb: 2\r\n", {("a",): ""}, "a:\r\n# b\r\nb: 2\r\n"),
        ("g:\n  a: 1 # why\nh: 2\n", {("g", "a"): ""}, "g:\n  # why\nh: 2\n"),
        ("g: # all\n  # one\n  a: 1\n  b:\nh: 2\n", {("g", "a"): ""},
         "g: # all\n  # one\nh: 2\n"),
        ("g:\r\n  i:\r\n    # it\r\n    a: 1\r\n", {("g", "i", "a"): ""},
         "g:\r\n    # it\r\n"),
        ("g: {a: 1} # all\nh: {a: 1}\n", {("g", "a"): "", ("h", "a"): ""}, "g: # all\nh:\n"),
        ("g:\n  a: 1", {("g", "a"): ""}, "g:\n"),
        ("g: ~\nh: 2\n", {("g", "a"): "1"}, "g:\n  a: 1\nh: 2\n"),
        ("g: null # none\nh: 2\n", {("g", "a", "b"): "1"},
         "g: # none\n  a:\n    b: 1\nh: 2\n"),
    ],
)  # fmt: skip
def test_values__are_changed_however_the_file_is_written(
    text: str, changes: dict[Place, str], after: str
) -> None:
    assert with_values(text, changes) == after


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: &x 1\nb: *x\n", ("a",)),
        ("a: 1\na: 2\n", ("a",)),
        ("a: [1\n", ("a",)),
        ("- a\n", ("a",)),
        ("a: 1\n", ("a", "b")),
    ],
    ids=[
        "shared by an anchor",
        "given twice",
        "no YAML",
        "a list",
        "a text where a group is meant",
    ],
)
def test_values__that_cannot_be_told_apart_are_refused(text: str, place: Place) -> None:
    with pytest.raises(CannotBeEditedError):
        with_values(text, {place: "x"})


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool))
def test_scalar__is_read_as_it_was_written(text: str) -> None:
    text = text.replace("\x00", "")
    for line in (f"a: {as_scalar(text)}\n", f"a: {{b: {as_scalar(text, flow=True)}}}\n"):
        tree = read_yaml(line.encode("utf-8"), "").tree
        assert isinstance(tree, dict)
        found = tree.get("a") or ""
        assert (found.get("b", "") if isinstance(found, dict) else found) == text.strip()
