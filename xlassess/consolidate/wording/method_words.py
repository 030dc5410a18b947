"""How every figure comes about, in words, whatever paper shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from xlassess.consolidate.figures import thresholds
from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.values import Summary, ToolkitResults
from xlassess.consolidate.wording.facts import exposed_in_words, held_in_words, promise_in_words
from xlassess.consolidate.wording.terms import percent, short
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the Method sheet."""
    return Words("summary_method.j2")


def method_blocks(
    summary: Summary, *, sheets: bool = True
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield how every figure comes about, whatever paper shows it.

    Args:
        summary: the round.
        sheets: the reader has sheets that can be pointed to.

    Yields:
        A heading and its paragraphs, each a topic and a text.
    """
    general = words().paragraphs("general", summary, sheets)
    yield "Figures", [*_pairs(general), *attribution_in_words(summary.participants)]
    rules = _rules(summary) | {"sheets": sheets}
    yield "Rules for what is pointed out", _pairs(words().paragraphs("thresholds", rules))
    if any(part.trend for part in summary.parts):
        yield "Trend", _pairs(words().paragraphs("trend", rules))
    for part in summary.parts:
        yield f"Toolkit: {part.label}", list(_toolkit(part))


def attribution_in_words(participants: Participants) -> list[tuple[str, str]]:
    """Return how everyone is shown, what is withheld, and why, each as a topic and a text."""
    promised, held = promise_in_words(participants), held_in_words(participants)
    exposed = exposed_in_words(participants)
    return _pairs(words().paragraphs("attribution", participants, promised, held, exposed))


def _pairs(paragraphs: Sequence[str]) -> list[tuple[str, str]]:
    """Split paragraphs of the form ``topic | text``."""
    split = (paragraph.partition(" | ") for paragraph in paragraphs)
    return [(topic, text) for topic, _, text in split]


def _rules(summary: Summary) -> dict[str, object]:
    """The thresholds as they are read; ``compared`` where anything can agree or differ."""
    return {
        "compared": any(part.toolkit.subject == "partnership" for part in summary.parts),
        "answered": "half",
        "answers_least": thresholds.ANSWERS_LEAST,
        "speaks": thresholds.SPEAKS_FOR_ALL,
        "at_an_end": "a quarter",
        "worst_least": thresholds.WORST_LEAST,
        "few_returns": thresholds.FEW_RETURNS,
        "named_singly": thresholds.NAMED_SINGLY,
        "unsure_shown": "a tenth",
        "unsure_leads": "a quarter",
        "divided": "a third",
        "listed": str(thresholds.LISTED),
        "strength": "two thirds",
        "concern": "half",
        "high": short(thresholds.HIGH_AGREEMENT),
        "low": short(thresholds.LOW_AGREEMENT),
        "high_two": short(thresholds.HIGH_AGREEMENT_TWO),
        "low_two": short(thresholds.LOW_AGREEMENT_TWO),
        "gap": percent(thresholds.LEVEL_GAP),
        "item_gap": percent(thresholds.ITEM_LEVEL_GAP),
        "far_apart": str(thresholds.FAR_APART),
        "change_least": str(thresholds.CHANGE_LEAST),
        "change_share": "two thirds",
        "change_step": "a tenth",
        "level_least": str(thresholds.LEVEL_LEAST),
    }


def _toolkit(part: ToolkitResults) -> Iterator[tuple[str, str]]:
    toolkit, scoring = part.toolkit, part.toolkit.scoring
    yield "Title", f"{toolkit.title}, version {toolkit.version} of the toolkit file"
    yield "Source", toolkit.source
    yield "Rights", toolkit.rights
    yield "Questions", f"SHA-256 {part.digest}"
    rule = words().say("rule", toolkit)
    yield "Scoring rule", f"{rule} {scoring.note}".strip()
    yield "Source of the rule", scoring.source
    if scoring.no_overall_because:
        yield "No overall score", scoring.no_overall_because
    for scale in toolkit.scales.values():
        if scale.addition:
            yield f"Scale “{scale.title}”", scale.addition
    for scenario in toolkit.action_plan.scenarios if toolkit.action_plan else ():
        yield f"Scenario {scenario.id}: {scenario.title}", words().say("scenario", scenario)
    if part.planning.because:
        yield "Scenario chosen", words().say("scenario_choice", part.planning)
    standing = [entry.standing for entry in part.entries]
    group = {
        "issued": part.issued,
        "count": part.issued - part.returned,
        "refused": standing.count("Refused"),
        "nil": standing.count("Nil return"),
        "declined": standing.count("Declined"),
        "blank": standing.count("Blank"),
        "out": standing.count("Overdue") + standing.count("Awaited"),
    }
    yield "Left out", words().say("exclusions", group)
