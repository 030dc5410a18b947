"""Reporting from an assessment's folder: templates, and never over somebody's work."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import docx
import pytest

from tests.services.small import LATER, a_folder, answer, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate.report.document import default_template
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.ingest import ingest
from xlassess.services.papers.report import fields, report, save_template


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """A folder in which one of three has answered."""
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    return folder


def test_report__goes_beside_the_summary(folder):
    done = report(folder, None, None, now=LATER)
    assert done.path == folder.root / "output" / "2026" / "report.docx"
    assert (done.returned, done.issued, done.with_queries) == (1, 3, 0)
    assert docx.Document(str(done.path)).paragraphs[0].text == "Small Partnership"


def test_report__may_be_made_again_while_nobody_changed_it(folder):
    first = report(folder, None, None, now=LATER).path.read_bytes()
    assert report(folder, None, None, now=LATER).path.read_bytes() == first


def test_report__is_not_replaced_once_somebody_changed_it(folder):
    path = report(folder, None, None, now=LATER).path
    document = docx.Document(str(path))
    document.paragraphs[0].text = "Edited by hand"
    document.core_properties.modified = datetime(2026, 6, 1)
    document.save(str(path))
    mine = path.read_bytes()
    with pytest.raises(UsageError):
        report(folder, None, None, now=LATER)
    assert path.read_bytes() == mine


def test_report__from_a_template_of_ones_own(folder, tmp_path):
    own = tmp_path / "ours.docx"
    save_template(own)
    document = docx.Document(str(own))
    document.paragraphs[0].insert_paragraph_before("Paper 7")
    document.save(str(own))
    done = report(folder, own, tmp_path / "paper.docx", now=LATER)
    assert docx.Document(str(done.path)).paragraphs[0].text == "Paper 7"


def test_report__never_takes_the_place_of_its_template(folder, tmp_path):
    own = tmp_path / "ours.docx"
    own.write_bytes(default_template())
    with pytest.raises(UsageError):
        report(folder, own, own, now=LATER)
    assert own.read_bytes() == default_template()


@pytest.mark.parametrize("name", ["assessment.yaml", "partners.xlsx", "report.pdf", "report"])
def test_report__is_a_word_file(folder, name):
    path = folder.root / name
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(UsageError):
        report(folder, None, path, now=LATER)
    assert (path.read_bytes() if path.exists() else None) == before


def test_report__missing_template_is_wrong_use(folder, tmp_path):
    with pytest.raises(UsageError):
        report(folder, tmp_path / "nothere.docx", None, now=LATER)


def test_report__before_anything_came_back_is_an_error(tmp_path):
    with pytest.raises(XlassessError):
        report(a_folder(tmp_path / "small"), None, None, now=LATER)


def test_template__is_saved_once(tmp_path):
    path = tmp_path / "ours.docx"
    save_template(path)
    assert path.read_bytes() == default_template()
    path.write_bytes(b"mine")
    with pytest.raises(UsageError):
        save_template(path)
    assert path.read_bytes() == b"mine"


def test_fields__can_be_listed():
    assert ("partnership", "name of the partnership") in fields()
