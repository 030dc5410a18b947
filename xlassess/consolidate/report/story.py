"""The story of a round as a report tells it: the summary's own words and figures, with pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import groupby, islice

from xlassess.consolidate.figures.charted import shows_dartboard
from xlassess.consolidate.figures.privacy.attribution import Person
from xlassess.consolidate.figures.thresholds import favourable
from xlassess.consolidate.figures.values import (
    STILL_OUT,
    CommentRow,
    Figure,
    PlannedAction,
    Point,
    RegisterEntry,
    SectionFigures,
    Summary,
    ToolkitResults,
)
from xlassess.consolidate.report import charts
from xlassess.consolidate.report.drawing import markable
from xlassess.consolidate.report.fields import (
    Comment,
    CommentedItem,
    CommentedSection,
    EarlierAction,
    FigureRow,
    Figures,
    Headings,
    Method,
    Report,
    ReportAction,
    ReportEntry,
    ReportFinding,
    ReportRate,
    ReportToolkit,
    Tile,
    Topic,
)
from xlassess.consolidate.wording.agreed import (
    agreed_note,
    awaiting_reason,
    earlier_actions,
    kept_in_time,
    numbered,
    said_of,
    state_in_words,
)
from xlassess.consolidate.wording.agreed import words as plan_words
from xlassess.consolidate.wording.facts import words as sentences
from xlassess.consolidate.wording.method_words import method_blocks
from xlassess.consolidate.wording.pointed import checklist_names, level_in_words
from xlassess.consolidate.wording.terms import (
    ACTIONS,
    COMMENTS,
    METHOD,
    NOTHING,
    RESPONSES,
    WITHHELD,
    dartboard_legend,
    day,
    decimal,
    percent,
    range_of,
)
from xlassess.consolidate.wording.terms import words as sheet_words
from xlassess.model.days import local_day, short_day, written_day
from xlassess.model.plan import AgreedAction, action_number
from xlassess.model.toolkit import Band
from xlassess.sheet.words import Words

MOST_COMMENTS = 5_000
"""Comments that a report has at most: some four hundred pages, which Word still opens. Ours."""

MOST_ENTRIES = 5_000
"""Workbooks that its list of what came back has at most, for the same reason. Ours."""


def figures_of(part: ToolkitResults) -> Figures | None:
    """Return the table of a toolkit's figures, None where it has no sections with choices."""
    if not part.sections:
        return None
    rule = part.toolkit.scoring.rule
    if rule == "none":
        return _marked(part)
    return _levels(part) if rule == "levels" else _scores(part)


def _scores(part: ToolkitResults) -> Figures:
    say, rule = sheet_words().say, part.toolkit.scoring.rule
    heads = ["head_returns", "head_share" if rule == "share" else "head_mean", "head_range"]
    bands = any(each.section.bands for each in part.sections) or part.toolkit.scoring.bands
    rows = (
        FigureRow(each.numbered, _score(part, each.score, each.band, bool(bands)))
        for each in part.sections
    )
    whole = say("head_total" if rule == "sum" else "head_overall")
    totals = (
        FigureRow(
            f"{whole} ({each.name})" if each.name else whole,
            _score(part, each.score, each.band, bool(bands)),
        )
        for each in part.overall
    )
    names = [*heads, "head_band"] if bands else heads
    return Figures(say("head_section"), tuple(map(say, names)), tuple(rows), tuple(totals))


def _score(part: ToolkitResults, figure: Figure, band: Band | None, bands: bool) -> tuple[str, ...]:
    """The cells of a row: returns, mean or share, range, and the band where there are any."""
    rule = part.toolkit.scoring.rule
    mean = NOTHING
    if figure.withheld:
        mean = WITHHELD
    elif figure.mean is not None:
        mean = percent(figure.mean) if rule == "share" else decimal(figure.mean)
    # Without a range there is either no figure or, in aggregate, no right to single returns' ends.
    ends = range_of(rule, figure) or (NOTHING if figure.mean is None else WITHHELD)
    cells = (str(figure.n), mean, WITHHELD if figure.withheld else ends)
    return (*cells, band.name if band else NOTHING) if bands else cells


def _levels(part: ToolkitResults) -> Figures:
    """How many judgements stand at each level, the least first, and the share of favourable."""
    say = sheet_words().say
    scale = part.toolkit.scales[part.toolkit.scoring.scale]
    choices = (*reversed(scale.substantive), *(each for each in scale.choices if each.apart))
    rows = []
    for each in part.sections:
        counts = each.scales.get(part.toolkit.scoring.scale, {})
        cells = [str(counts.get(choice.code, 0)) for choice in choices]
        share = percent(each.favourable / each.answered) if each.answered else NOTHING
        shown = (*cells, str(each.answered), share)
        rows.append(FigureRow(each.numbered, _unless_withheld(each, shown)))
    upper = say("head_or_above", favourable(scale)[-1].label)
    heads = (*(choice.label for choice in choices), say("head_answers"), upper)
    return Figures(say("head_section"), heads, tuple(rows), ())


def _marked(part: ToolkitResults) -> Figures:
    """How many answers there are and how many of them are marked as matters to act on."""
    say = sheet_words().say
    rows = (
        FigureRow(name, _unless_withheld(each, (str(each.given), str(each.flagged))))
        for name, each in markable(part)
    )
    heads = (say("head_answers"), say("head_flagged"))
    return Figures(say("head_section"), heads, tuple(rows), ())


def _unless_withheld(each: SectionFigures, cells: tuple[str, ...]) -> tuple[str, ...]:
    return (WITHHELD,) * len(cells) if each.score.withheld else cells


@lru_cache(maxsize=1)
def words() -> Words:
    """The headings and short texts only the report has."""
    return Words("report.j2")


def labels(summary: Summary) -> Mapping[str, str]:
    """The short names of the toolkits, by the keys rows name them by."""
    return {part.key: part.label for part in summary.parts}


def _who(person: Person | None) -> str:
    """Partner and respondent in one line, as far as they are shown."""
    return person.who if person else ""


def comments_note(summary: Summary) -> str:
    """Return how to read the comments, or that there are none."""
    if not summary.remarks:
        return sheet_words().say("comments_none")
    named = summary.participants.attribution == "named"
    note = sheet_words().say("comments_note" if named else "comments_note_unnamed")
    if most := _most_comments(summary):
        note += " " + sheet_words().say("comments_first", len(summary.remarks), most)
    return note


def _most_comments(summary: Summary) -> int:
    """How many comments about each question the report has room for; 0 where it has for all."""
    if len(summary.remarks) <= MOST_COMMENTS:
        return 0
    asked = {(one.part, one.section, one.item, one.question) for one in summary.remarks}
    return max(1, MOST_COMMENTS // len(asked))


def comments_of(summary: Summary) -> tuple[CommentedSection, ...]:
    """Return what respondents wrote, by toolkit, section and item."""
    several, label = len(summary.parts) > 1, labels(summary)
    most = _most_comments(summary) or None
    return tuple(
        CommentedSection(label[key] if several else "", section, tuple(_items(remarks, most)))
        for (key, section), remarks in groupby(
            summary.remarks, key=lambda remark: (remark.part, remark.section)
        )
    )


def _items(remarks: Iterator[CommentRow], most: int | None) -> Iterator[CommentedItem]:
    for (item, question), own in groupby(remarks, key=lambda each: (each.item, each.question)):
        said = tuple(Comment(each.text, _said_by(each)) for each in islice(own, most))
        yield CommentedItem(f"{item} {question}".strip(), said)


def _said_by(remark: CommentRow) -> str:
    kind = remark.kind if remark.kind not in ("Comment", "Answer", "Proposal") else ""
    return words().say("said", _who(remark.person), kind, remark.answer)


def actions_note(summary: Summary) -> str:
    """Return how to read the action plan, or that there is none."""
    if summary.agreed:
        return agreed_note(summary, summary.agreed)
    if not summary.actions:
        return sheet_words().say("actions_none")
    return sheet_words().say("actions_note", day(summary.made_at))


def actions_of(summary: Summary) -> tuple[ReportAction, ...]:
    """Return the action plan: what was agreed, or else what is proposed, the soonest first."""
    label = labels(summary)
    if summary.agreed:
        today = local_day(summary.made_at)
        return tuple(
            _agreed(action, label.get(action.part, ""), today) for action in summary.agreed.actions
        )
    return tuple(_action(action, label[action.part]) for action in summary.actions)


def _agreed(action: AgreedAction, toolkit: str, today: date) -> ReportAction:
    return ReportAction(
        toolkit=toolkit,
        when=f"No. {numbered(action)}",
        action=action.action,
        item=words().say("about_item", action.item) if action.item else "",
        owner=action.owner,
        deadline=short_day(action.deadline),
        measure=action.measure,
        progress=". ".join(filter(None, (state_in_words(action), awaiting_reason(action)))),
        overdue=words().say("overdue") if action.overdue(today) else "",
        who="",
    )


def earlier_of(summary: Summary) -> tuple[EarlierAction, ...]:
    """Return the actions that earlier rounds agreed on, and what came of each."""
    return tuple(
        EarlierAction(
            number=action_number(action, summary.assessment.round),
            action=action.action,
            owner=action.owner,
            deadline=short_day(action.deadline),
            moved=plan_words().say("progress_word_moved", action),
            state=state_in_words(action),
            on_time=kept_in_time(summary, action),
            said=said_of(action),
        )
        for action in earlier_actions(summary)
    )


def _action(action: PlannedAction, toolkit: str) -> ReportAction:
    return ReportAction(
        toolkit=toolkit,
        when=action.horizon,
        action=action.action,
        item=words().say("about_item", action.item) if action.item else "",
        owner=action.owner,
        deadline=short_day(action.deadline) or action.deadline_said,
        measure=action.measure,
        progress=action.status,
        overdue=words().say("overdue") if action.overdue else "",
        who=_who(action.person),
    )


def responses_note(summary: Summary) -> str:
    """Return how to read the response rates."""
    macro = "responses_note" if summary.participants.shows_rows else "responses_note_aggregated"
    note = sheet_words().say(macro, summary.assessment, day(summary.made_at))
    if most := _most_entries(summary):
        every = sum(len(part.entries) for part in summary.parts)
        note += " " + sheet_words().say("responses_first", every, most, len(summary.parts))
    return note


def _most_entries(summary: Summary) -> int:
    """How many workbooks of each toolkit the report has room for; 0 where it lists all or none."""
    every = sum(len(part.entries) for part in summary.parts)
    if every <= MOST_ENTRIES or not summary.participants.shows_rows:
        return 0
    return max(1, MOST_ENTRIES // len(summary.parts))


def rate_of(part: ToolkitResults) -> ReportRate:
    """Return how many workbooks of a toolkit came back."""
    standing = [entry.standing for entry in part.entries]
    out = sum(each in STILL_OUT for each in standing)
    nil = f" and {part.nil_returns} nil" if part.nil_returns else ""
    figures = (part.issued, f"{part.returned}{nil}")
    more = (standing.count("Query open"), standing.count("Refused"), out)
    return ReportRate(part.label, (*map(str, figures), response_rate(part), *map(str, more)))


def response_rate(part: ToolkitResults) -> str:
    """Return returned, nil returns included, of issued as a percentage."""
    return percent(part.response_rate) if part.response_rate is not None else ""


def register_of(summary: Summary) -> tuple[ReportEntry, ...]:
    """Return issued workbooks, where single ones may be shown: all, or as many as there is room."""
    if not summary.participants.shows_rows:
        return ()
    most = _most_entries(summary) or None
    return tuple(_entry(part, entry) for part in summary.parts for entry in part.entries[:most])


def _entry(part: ToolkitResults, entry: RegisterEntry) -> ReportEntry:
    came = entry.standing in ("Returned", "Query open")
    person, received = entry.person, entry.received_at
    return ReportEntry(
        part.label,
        (
            person.partner, person.respondent, person.level, entry.standing,
            short_day(received),
            f"{entry.answered} of {entry.asked}" if came else "",
        ),
    )  # fmt: skip


def method_of(summary: Summary) -> tuple[Method, ...]:
    """Return the rules behind the figures, as the summary has them."""
    return tuple(
        Method(heading, tuple(Topic(*pair) for pair in pairs))
        for heading, pairs in method_blocks(summary, sheets=False)
    )


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
        return_by=written_day(due) if due else "",
        made_with=words().say("made_with", summary.program),
        headings=_headings(),
        toolkits=tuple(_toolkit(summary, part) for part in summary.parts),
        responses_note=responses_note(summary),
        rates=tuple(rate_of(part) for part in summary.parts),
        register=register_of(summary),
        actions_note=actions_note(summary),
        actions=actions_of(summary),
        earlier_note=plan_words().say("earlier_note", summary.made_at),
        earlier=earlier_of(summary),
        comments_note=comments_note(summary),
        comments=comments_of(summary),
        method_note=words().say("method_note"),
        method=method_of(summary),
    )


def _coordinator(summary: Summary) -> str:
    who = summary.assessment.coordinator
    if summary.participants.attribution != "named":
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
        rests_on=theirs.say("title_rests_on"),
        actions=ACTIONS,
        action_columns=mine.headings("action_heads"),
        earlier=plan_words().say("earlier_title"),
        earlier_columns=plan_words().headings("progress_word_heads"),
        responses=RESPONSES,
        rate_columns=mine.headings("rate_heads"),
        register_columns=mine.headings("register_heads"),
        comments=COMMENTS,
        method=METHOD,
    )


def _toolkit(summary: Summary, part: ToolkitResults) -> ReportToolkit:
    narrative, toolkit = part.narrative, part.toolkit
    shown = bool(part.returned) and not summary.participants.withholds(part.returned)
    shown = shown and toolkit.subject != "proposal"
    strengths, concerns = _strengths_and_concerns(part)
    told = ReportToolkit(
        title=toolkit.title,
        label=part.label,
        publisher=toolkit.publisher,
        year=str(toolkit.year or ""),
        source=toolkit.source,
        context=narrative.context,
        tiles=_tiles(part),
        returned=part.returned,
        issued=part.issued,
        response_rate=response_rate(part),
        partners_heard=part.partners_heard,
        partners_asked=part.partners_asked,
        open_queries=_open_queries(part),
        headline=" ".join((narrative.reading, *narrative.more, *narrative.unsure[:1])),
        figures_note=sheet_words().say("profile_note", toolkit.scoring.rule),
        strengths_title=strengths[0],
        strengths=strengths[1],
        concerns_title=concerns[0],
        concerns=concerns[1],
        disagreements_title=_differences_title(part),
        disagreements=_differences(part),
        levels=_findings(narrative.levels),
        dont_know=" ".join(narrative.unsure),
        decisions=narrative.decisions_in_report,
        caution=" ".join((*narrative.unsure[1:], narrative.caution)),
    )
    return _with_figures(told, part) if shown else told


def _with_figures(told: ReportToolkit, part: ToolkitResults) -> ReportToolkit:
    """Return it with figures and charts, and with what is read off them."""
    narrative, picture = part.narrative, charts.headline(part)
    return replace(
        told,
        has_figures=True,
        picture=picture,
        legend=dartboard_legend(part) if picture and shows_dartboard(part) else "",
        figures=figures_of(part),
        further=charts.further(part),
        trend_title=narrative.trend_title,
        trend=narrative.trend_in_report,
        trend_picture=charts.slopes(part),
        scenario=narrative.scenario,
        scenario_rule=f"{narrative.scenario_rule} {narrative.scenario_here}".strip(),
        scenario_advice=narrative.scenario_advice,
    )


_Titled = tuple[str, tuple[ReportFinding, ...]]
"""A heading and what stands below it."""


def _strengths_and_concerns(part: ToolkitResults) -> tuple[_Titled, _Titled]:
    """Strengths and concerns, each with its heading.

    Of completed checklists, in their place: the decision and sign-offs of each, and what is to be
    settled first.
    """
    told, say = part.narrative, sentences().say
    if not part.checklists:
        strengths = (told.strengths_title, _findings(told.strengths))
        return strengths, (told.concerns_title, _findings(told.concerns))
    settle: list[ReportFinding] = []
    closing: list[ReportFinding] = []
    several = len(part.checklists) > 1
    for name, each in zip(checklist_names(part.checklists), part.checklists, strict=True):
        lines = [say("checklist_settle_line", line) for line in each.settle]
        lines += [say("checklist_missing", line) for line in each.missing]
        lines = lines or [say("checklist_nothing")]
        settle += [ReportFinding(name if several else "", line, "") for line in lines]
        ends = [say("checklist_state", line) for _, some in each.closing for line in some]
        closing.append(ReportFinding(name if several else "", " ".join(ends), ""))
    return (
        (say("checklist_closing_title"), tuple(each for each in closing if each.why)),
        (say("checklist_settle_title"), tuple(settle)),
    )


def _open_queries(part: ToolkitResults) -> int:
    return sum(entry.standing == "Query open" for entry in part.entries)


def _tiles(part: ToolkitResults) -> tuple[Tile, ...]:
    """The four figures on top of the summary's page."""
    say = sheet_words().say
    return (
        Tile(f"{part.back} of {part.issued}", say("tile_returned")),
        Tile(response_rate(part), say("tile_rate")),
        Tile(f"{part.partners_heard} of {part.partners_asked}", say("tile_partners")),
        Tile(str(_open_queries(part)), say("tile_queries")),
    )


def _differences_title(part: ToolkitResults) -> str:
    """What stands over the differences: bodies that each judge themselves do not differ."""
    if part.bodies:
        return sentences().say("bodies_title")
    return sheet_words().say("title_disagreements")


def _differences(part: ToolkitResults) -> tuple[ReportFinding, ...]:
    """Where partners and levels differ; organisations that judge themselves, side by side."""
    narrative = part.narrative
    low = level_in_words(part.toolkit) if part.bodies else ("", "")
    bodies = [Point(each.name, sentences().say("body", each, low)) for each in part.bodies]
    return _findings((*bodies, *narrative.disagreements, *narrative.levels))


def _findings(points: Sequence[Point]) -> tuple[ReportFinding, ...]:
    return tuple(
        ReportFinding(each.what, each.in_report or each.why, each.item)
        for each in points
        if each.what or each.why or each.in_report
    )
