"""What questions, descriptors and bands must say, and must not, by their publications.

The words are ours, the meaning is not: each row names key words of the meaning that a rewording
must keep (``must``) and of meanings that were once put in its place (``must_not``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pytest

from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit

find = cache(find_toolkit)


@dataclass(frozen=True)
class Meaning:
    """A text by its place: an item's question, or the descriptor of a level."""

    toolkit: str
    item: str
    must: tuple[str, ...]
    must_not: tuple[str, ...] = ()
    level: str = ""

    def __str__(self) -> str:
        """The place, as the name of the test."""
        return f"{self.toolkit}-{self.item}{self.level and '-' + self.level}"

    def text(self) -> str:
        """The text as it is shown."""
        item = find(self.toolkit).item(self.item)
        return item.levels[self.level] if self.level else item.ask


def _both(item: str, level: str, must: tuple[str, ...], must_not: tuple[str, ...] = ()) -> list:
    names = ("bv-organisation", "bv-partnership")
    return [Meaning(name, item, must, must_not, level) for name in names]


BV, BVP = "bv-organisation", "bv-partnership"
WBT, ROCHFORD = "working-better-together", "rochford-hallmarks"

MEANINGS = [
    *_both("5.4", "advanced", ("quantitative", "qualitative"), ("facts and figures",)),
    *_both("4.1", "better", ("reports", "produced", "trends", "reviewed"), ("receive",)),
    *_both("4.3", "basic", ("causes", "action taken")),
    *_both("5.1", "better", ("best practice", "borrowed")),
    *_both("5.1", "advanced", ("enable", "encourage", "jointly", "planning", "delivery")),
    *_both("7.11", "advanced", ("efficienc", "improved services"), ("saved money",)),
    Meaning(BVP, "4.3", ("innovates itself", "copied"), level="advanced"),
    Meaning(BVP, "5.1", ("joint system", "regularly review", "jointly analyse"), level="advanced"),
    Meaning(
        BVP, "4.1",
        ("measurable", "quantified", "quality", "efficiency", "economy", "impact"), level="basic",
    ),
    Meaning(BVP, "1.2", ("fully committed", "regularly", "jointly", "public"), level="advanced"),
    Meaning(BVP, "2.1", ("only in part", "aligned", "stakeholders", "reviewed"), level="basic"),
    Meaning(BVP, "2.3", ("accountability", "national", "decisions", "resources"), level="basic"),
    Meaning(BVP, "4.4", ("public reporting", "overlap", "few reports"), level="basic"),
    Meaning(BVP, "1.5", ("every partner", "promote change"), ("press for",), level="better"),
    Meaning(BVP, "6.2", ("coherent", "planning structure"), ("fit together",)),
    Meaning(BV, "5.4", ("have clearly defined", "responsible", "benchmark"), level="better"),
    Meaning(BV, "6.1", ("how well", "vision", "priorities or objectives"), ("what the shared",)),
    Meaning("pat", "6E", ("successes", "well communicated", "outside"), ("hear",)),
    Meaning("pat", "5A", ("clear", "each partner brings"), ("puts into", "how much")),
    Meaning("pat", "4A", ("recognises and values", "each partner"), ("gives recognition",)),
    Meaning("pat", "1F", ("understanding", "on its own", "some of its goals"), ("agree",)),
    Meaning("pat", "3A", ("working in partnership", "most senior")),
    Meaning("pat", "5F", ("process", "outcomes", "innovation", "focus")),
    *_both("7.1", "basic", ("aims and priorities",)),
    *_both("7.4", "advanced", ("consistent with",), ("requires",)),
    Meaning(ROCHFORD, "1.1", ("governance structure", "effective", "strategic leadership")),
    Meaning(ROCHFORD, "1.5", ("need", "elected member", "best placed"), ("settled", "whether")),
    Meaning(ROCHFORD, "1.7", ("needed", "protocols", "in the past"), ("settled", "whether")),
    Meaning(ROCHFORD, "1.8", ("relevant partners", "actions"), ("every",)),
    Meaning(ROCHFORD, "1.14", ("understand the law", "equipped"), ("what it takes",)),
    Meaning(ROCHFORD, "2.2", ("others", "comply"), ("looked into", "whether")),
    Meaning(ROCHFORD, "4.5", ("diverse communities", "access"), ("understand",)),
    Meaning(ROCHFORD, "5.8", ("how effectively",), ("how far",)),
    Meaning(ROCHFORD, "6.3", ("members", "gaps", "how often")),
    Meaning("melton-checklist", "P3", ("require a partnership",), ("better", "only")),
    Meaning("melton-checklist", "Q12", ("process", "exit strategy", "continuing liabilities")),
    Meaning("melton-evaluation", "D12", ("how many", "dedicated", "are there"), ("are they",)),
    Meaning(WBT, "1.2a", ("gaps", "delivery", "closed"), ("delivered",)),
    Meaning(WBT, "3.5a", ("district", "county", "work together"), ("relationship",)),
    Meaning(WBT, "6.3", ("LAA targets", "delivering", "robust"), ("that is",)),
    Meaning(WBT, "6.4a", ("evidence base", "fresh", "story of place", "up to date"), ("living",)),
    Meaning(WBT, "6.3a", ("there a clear mechanism",)),
    Meaning(WBT, "6.3b", ("there a clear mechanism",)),
    Meaning("melton-checklist", "Q9", ("protocol", "reported", "shared"), ("agreed",)),
    Meaning(WBT, "7.6", ("benchmarking", "how effective", "partners"), ("judged",)),
]  # fmt: skip


@pytest.mark.parametrize("meaning", MEANINGS, ids=str)
def test_meaning__as_published(meaning: Meaning) -> None:
    text = meaning.text()
    assert [word for word in meaning.must if word.lower() not in text.lower()] == [], text
    assert [word for word in meaning.must_not if word.lower() in text.lower()] == [], text


def test_pat__second_band_of_purpose_has_some_degree_of_both() -> None:
    reading = find("pat").sections[1].bands[1].reading
    assert "some degree" in reading
    assert "realism" in reading


def test_pat__scenario_a_needs_all_partners_and_names_the_limits_as_ours() -> None:
    first = find("pat").action_plan.scenarios[0]  # type: ignore[union-attr]
    assert first.when.startswith("All partners agree")
    assert "significant" in first.when
    assert "ours" in first.when


def test_melton_evaluation__inclusivity_names_participative_democracy() -> None:
    about = next(s.about for s in find("melton-evaluation").sections if s.id == "3")
    assert all(word in about for word in ("participative democracy", "transparent", "scrutiny"))


@pytest.mark.parametrize(
    ("section", "items"), [("2", ("2.2", "2.6")), ("4", ("4.2", "4.4")), ("5", ("5.1b", "5.3"))]
)
def test_wbt__says_on_its_sheet_where_order_and_headings_are_ours(
    section: str, items: tuple[str, ...]
) -> None:
    about = next(s.about for s in find(WBT).sections if s.id == section)
    assert "our choice" in about
    assert all(item in about for item in items)


def test_sentences__every_descriptor_has_a_verb_and_ends() -> None:
    lists = re.compile(r"^[^.:]{0,30}: [a-z].*;")
    for name in (BV, BVP):
        toolkit: Toolkit = find(name)
        for item in toolkit.items():
            for level, text in item.levels.items():
                assert text.endswith("."), (name, item.id, level)
                assert not lists.match(text), (name, item.id, level)
