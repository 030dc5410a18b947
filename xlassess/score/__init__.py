"""Pure scoring rules: answers to scorecards, bands, agreement and scenarios."""

from xlassess.score.agreement import Agreement, agreement_of, consensus
from xlassess.score.bands import band_of, band_position, in_range, score_range, suggest_scenario
from xlassess.score.card import (
    Flag,
    Overall,
    Scorecard,
    ScoringPlan,
    SectionScore,
    affirmative,
    counts_towards,
    figured_items,
    is_figured,
    reported_sections,
    scorecard,
    section_views,
)

__all__ = [
    "Agreement",
    "Flag",
    "Overall",
    "Scorecard",
    "ScoringPlan",
    "SectionScore",
    "affirmative",
    "agreement_of",
    "band_of",
    "band_position",
    "consensus",
    "counts_towards",
    "figured_items",
    "in_range",
    "is_figured",
    "reported_sections",
    "score_range",
    "scorecard",
    "section_views",
    "suggest_scenario",
]
