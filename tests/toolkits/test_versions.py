"""The questions of a released version never change."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from xlassess.contract.seal import questions_digest
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import builtin_ids, find_toolkit
from xlassess.toolkits.versions import changed, record, recorded, released


def reworded(toolkit: Toolkit) -> Toolkit:
    first, *others = toolkit.sections
    item, *rest = first.items
    item = replace(item, ask=f"{item.ask} Really?")
    return replace(toolkit, sections=(replace(first, items=(item, *rest)), *others))


@pytest.fixture
def pat() -> Toolkit:
    return find_toolkit("pat")


def test_builtin__is_on_record_as_it_is(builtin_toolkit: Toolkit) -> None:
    """Fails when a question changed: raise the version, then record it (CONTRIBUTING.md)."""
    on_record = released()[builtin_toolkit.id][builtin_toolkit.version]
    assert on_record == questions_digest(builtin_toolkit)


def test_changed__only_when_the_questions_differ_under_one_version(pat: Toolkit) -> None:
    known = {"pat": {pat.version: questions_digest(pat)}}
    assert not changed(pat, known)
    assert not changed(replace(pat, about="Something else."), known)
    assert changed(reworded(pat), known)
    assert not changed(replace(reworded(pat), version="9.9"), known)
    assert not changed(replace(reworded(pat), id="ours"), known)


def test_recorded__keeps_versions_and_adds_new_ones(pat: Toolkit) -> None:
    newer = replace(reworded(pat), version="9.9")
    versions = recorded([newer], {"pat": {pat.version: questions_digest(pat)}, "gone": {"1": "x"}})
    assert versions == {
        "pat": {pat.version: questions_digest(pat), "9.9": questions_digest(newer)},
        "gone": {"1": "x"},
    }


def test_recorded__refuses_changed_questions_unless_asked(pat: Toolkit) -> None:
    known = {"pat": {pat.version: questions_digest(pat)}}
    with pytest.raises(XlassessError, match=rf"pat {re.escape(pat.version)}"):
        recorded([reworded(pat)], known)
    anew = recorded([reworded(pat)], known, {"pat"})
    assert anew == {"pat": {pat.version: questions_digest(reworded(pat))}}


def test_record__writes_every_builtin_toolkit_and_again_the_same(tmp_path: Path) -> None:
    file = tmp_path / "versions.json"
    record(file)
    first = file.read_bytes()
    assert set(json.loads(first)) == set(builtin_ids())
    record(file)
    assert file.read_bytes() == first


def test_record__leaves_the_file_alone_when_it_refuses(tmp_path: Path) -> None:
    file = tmp_path / "versions.json"
    before = json.dumps({"pat": {find_toolkit("pat").version: "another"}})
    file.write_text(before)
    with pytest.raises(XlassessError):
        record(file)
    assert file.read_text() == before
