"""The story of a round as a report tells it: the summary's own words and figures, with pictures."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate import pictures, report_pictures, report_words
from xlassess.consolidate.cells import words as sheet_words
from xlassess.consolidate.narrative import day
from xlassess.consolidate.places import ACTIONS, COMMENTS, METHOD, RESPONSES
from xlassess.consolidate.report_fields import Finding, Headings, Report, Tile, Toolkit
from xlassess.consolidate.report_figures import figures_of
from xlassess.consolidate.report_words import words
from xlassess.consolidate.summary import Part, Point, Summary


def report_of(summary: Summary) -> Report:
    """Return everything a report may show of a round."""
    assessment = summary.assessment
    made, due = day(summary.made_at), assessment.return_by
    return Report(
        title=words().say("title", assessment),
        subtitle=words().say("subtitle", made),
        partnership=assessment.partnership,
        round=assessment.round,
        purpose=assessment.purpose,
        marking=assessment.marking,
        coordinator=_coordinator(summary),
        made=made,
        return_by=f"{due.day} {due:%B %Y}" if due else "",
        made_with=words().say("made_with", summary.program),
        headings=_headings(),
        toolkits=tuple(_toolkit(summary, part) for part in summary.parts),
        responses_note=report_words.responses_note(summary),
        rates=tuple(report_words.rate_of(part) for part in summary.parts),
        register=report_words.register_of(summary),
        actions_note=report_words.actions_note(summary),
        actions=report_words.actions_of(summary),
        comments_note=report_words.comments_note(summary),
        comments=report_words.comments_of(summary),
        method_note=words().say("method_note"),
        method=report_words.method_of(summary),
    )


def _coordinator(summary: Summary) -> str:
    who = summary.assessment.coordinator
    if summary.cast.attribution != "named":
        return words().say("coordinator_unnamed")
    return ", ".join(filter(None, (who.name, who.email)))


def _headings() -> Headings:
    mine, theirs = words(), sheet_words()
    return Headings(
        purpose=mine.say("purpose"),
        coordinator=mine.say("coordinator"),
        toolkits=mine.say("toolkits"),
        profile=theirs.say("title_profile"),
        figures=mine.say("figures"),
        disagreements=theirs.say("title_disagreements"),
        scenario=theirs.say("title_scenario"),
        decisions=theirs.say("title_decisions"),
        actions=ACTIONS,
        action_columns=mine.headings("action_heads"),
        responses=RESPONSES,
        rate_columns=mine.headings("rate_heads"),
        register_columns=mine.headings("register_heads"),
        comments=COMMENTS,
        method=METHOD,
    )


def _toolkit(summary: Summary, part: Part) -> Toolkit:
    told, toolkit = part.narrative, part.toolkit
    shown = bool(part.returned) and not summary.cast.withholds(part.returned)
    picture = report_pictures.headline(part) if shown else None
    legend = pictures.has_dartboard(part) and picture
    return Toolkit(
        title=toolkit.title,
        label=part.label,
        publisher=toolkit.publisher,
        year=str(toolkit.year or ""),
        source=toolkit.source,
        context=told.context,
        tiles=_tiles(part),
        returned=part.returned,
        issued=part.issued,
        response_rate=report_words.response_rate(part),
        partners_heard=part.partners_heard,
        partners_asked=part.partners_asked,
        open_queries=_open_queries(part),
        headline=told.reading,
        has_figures=shown,
        picture=picture,
        legend=pictures.dartboard_legend(part) if legend else "",
        figures_note=sheet_words().say("profile_note", toolkit.scoring.rule),
        figures=figures_of(part) if shown else None,
        further=report_pictures.further(part) if shown else (),
        strengths_title=told.strengths_title,
        strengths=_findings(told.strengths),
        concerns_title=told.concerns_title,
        concerns=_findings(told.concerns),
        disagreements=_findings(told.disagreements),
        scenario=told.scenario if shown else "",
        scenario_rule=told.scenario_rule if shown else "",
        scenario_advice=told.scenario_advice if shown else "",
        decisions=told.decisions,
        caution=told.caution,
    )


def _open_queries(part: Part) -> int:
    return sum(entry.standing == "Query open" for entry in part.entries)


def _tiles(part: Part) -> tuple[Tile, ...]:
    """The four figures on top of the summary's page."""
    say = sheet_words().say
    return (
        Tile(f"{part.returned} of {part.issued}", say("tile_returned")),
        Tile(report_words.response_rate(part), say("tile_rate")),
        Tile(f"{part.partners_heard} of {part.partners_asked}", say("tile_partners")),
        Tile(str(_open_queries(part)), say("tile_queries")),
    )


def _findings(points: Sequence[Point]) -> tuple[Finding, ...]:
    return tuple(Finding(each.what, each.why) for each in points if each.what or each.why)
