"""The frames analysts get: typed, in the order of the scale, and no more than may be shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import xlassess
from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import summarise
from xlassess.frames import OpenRound
from xlassess.toolkits.load import find_toolkit


def opened(record) -> OpenRound:
    """A round opened without a folder: its summary is made from a record."""
    found = OpenRound(AssessmentFolder(Path("nowhere")), MADE_AT)
    found.__dict__["_summary"] = summarise(record, MADE_AT)
    return found


@pytest.fixture(scope="module")
def named(pat) -> OpenRound:
    return opened(a_round([pat], 8, Wish(returned=6, gaps=0.1, talk=0.3, query=(2,))))


def test_answers__a_row_for_each_with_choices_in_the_order_of_their_scale(named):
    answers = named.answers()
    assert len(answers) == len(named.summary().data)
    levels = answers["level"]
    assert isinstance(levels.dtype, pd.CategoricalDtype)
    assert isinstance(answers["item"].dtype, pd.CategoricalDtype)
    assert answers["score"].dtype == "Float64"
    assert list(answers["return"].astype(str)) == [row.person.code for row in named.summary().data]


def test_answers__compare_within_their_scale():
    answers = opened(a_round([find_toolkit("rochford-hallmarks")], 5)).answers()
    codes = answers.loc[answers["scale"] == "yes-no", "code"]
    assert codes.dtype.ordered
    assert (codes.min(), codes.max()) == ("no", "yes")
    assert (answers["code"] >= "no").any()


def test_answers__of_several_scales_keep_the_order_of_each(pat):
    answers = opened(a_round([pat], 4)).answers()
    codes = list(answers["code"].dtype.categories)
    used = {item.answer for item in pat.items() if not item.is_free}
    assert len(used) > 1
    for scale in used:
        rising = [choice.code for choice in reversed(pat.scales[scale].substantive)]
        assert rising == sorted(rising, key=codes.index)


def test_returns__every_workbook_with_moments_and_flags(named):
    returns = named.returns()
    assert len(returns) == 8
    assert str(returns["received_at"].dtype) == "datetime64[us, UTC]"
    assert returns["late"].dtype == "boolean"
    assert returns["asked"].dtype == "Int64"


def test_actions__deadlines_are_dates(melton):
    actions = opened(a_round([melton], 4)).actions()
    assert len(actions)
    assert str(actions["deadline"].dtype).startswith("datetime64")


def test_scores__are_those_of_the_scorecards(named, pat):
    scores = named.scores()
    (part,) = named.summary().parts
    assert len(scores) == len(part.rows) * (len(part.sections) + 1)
    sections = scores[scores["section"] != ""].dropna(subset=["score"])
    assert sections["score"].between(6, 24).all()
    means = sections.groupby("section", observed=True)["score"].mean()
    for each in part.sections:
        assert means[each.section.id] == pytest.approx(each.score.mean)
    gaps = scores[(scores["answered"] < scores["asked"]) & (scores["section"] != "")]
    assert gaps["score"].isna().all()


def test_findings__queries_are_open(named):
    findings = named.findings()
    assert len(findings) == len(named.summary().findings) > 0
    assert set(findings.loc[findings["severity"] == "query", "standing"]) == {"open"}


def test_aggregated__no_frame_has_anybody_in_it(pat):
    record = a_round([pat], 8, Wish(returned=6, query=(2,)), attribution="aggregated")
    found = opened(record)
    frames = (found.answers(), found.actions(), found.returns(), found.scores(), found.findings())
    assert list(map(len, frames))[-1] == 0
    for frame in frames[:-1]:
        assert not {"return", "partner", "respondent", "cell"} & set(frame.columns)
    assert {"mean", "returns"} <= set(found.scores().columns)


def test_lettered__findings_do_not_quote(pat):
    record = a_round([pat], 8, Wish(returned=6, query=(2,)), attribution="lettered")
    findings = opened(record).findings()
    assert (findings["message"].astype(str) == findings["title"].astype(str)).all()
    names = {issued.partner for issued in record.issued}
    assert not names & set(findings["partner"].astype(str))


def test_open__before_anything_came_back_says_so(tmp_path):
    from xlassess.model.errors import XlassessError

    with pytest.raises(XlassessError):
        xlassess.open(tmp_path).answers()


def test_open__and_help_do_not_wait_for_pandas():
    code = (
        "import sys, xlassess, xlassess.cli.app; xlassess.open; "
        "sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
