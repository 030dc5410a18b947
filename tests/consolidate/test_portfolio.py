"""What a portfolio says of many partnerships, and what it must not say."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import docx
import openpyxl
import pytest

from tests.consolidate.portfolios import EVALUATION, a_line, a_portfolio, a_summary
from tests.consolidate.rounds import MADE_AT, PARTNERS, a_round, over_rounds
from xlassess.consolidate import (
    Portfolio,
    PortfolioLine,
    can_order_by_total,
    peers_of,
    portfolio_bytes,
    summarise,
)
from xlassess.consolidate.figures.plan_counts import PlanCounts
from xlassess.consolidate.figures.portfolio import place_of
from xlassess.consolidate.figures.thresholds import PEERS_HALF, PEERS_HIDDEN, is_share
from xlassess.consolidate.report import peers_in_word, portfolio_in_word
from xlassess.consolidate.wording.portfolio_words import (
    decisions_in_words,
    left_out_in_words,
    line_in_words,
    order_in_words,
    shared_in_words,
    words,
)
from xlassess.model.programme import Partnership
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit

TODAY = MADE_AT.date()


def evaluated(*worst: set[str], **changes: object) -> list[PortfolioLine]:
    """Partnerships A, B and so on, each with these items at their worst."""
    names = "ABCDEFGH"
    return [a_line(names[n], a_summary(one, **changes)) for n, one in enumerate(worst)]  # type: ignore[arg-type]


def ids(found: object) -> list[str]:
    return [item.figures.item.id for item in found]  # type: ignore[attr-defined]


def texts(made: Portfolio) -> str:
    """All that stands in the workbook and the report."""
    book = openpyxl.load_workbook(io.BytesIO(portfolio_bytes(made)))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    word = docx.Document(io.BytesIO(portfolio_in_word(made)))
    paragraphs = [one.text for one in word.paragraphs]
    inside = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join((*cells, *paragraphs, *inside))


@pytest.mark.parametrize(
    ("worst", "weak"),
    [
        ([{"1.1"}, {"1.1"}, {"1.1"}], ["1.1"]),
        ([{"1.1"}, {"1.1"}, set()], []),
        ([{"1.1"}, {"1.1"}, {"1.1"}, set()], ["1.1"]),
        ([{"1.1"}, {"1.1"}, set(), set()], []),
        ([{"1.1"}, {"1.1"}], []),
    ],
    ids=["3 of 3", "2 of 3", "3 of 4", "2 of 4", "only two"],
)
def test_weak_in_most__is_three_quarters_of_at_least_three(
    worst: list[set[str]], weak: list[str]
) -> None:
    (across,) = a_portfolio(evaluated(*worst)).across
    assert ids(across.weak_everywhere) == weak


def test_weak_in_most__the_most_of_them_first_then_as_asked() -> None:
    worst = [{"1.1", "2.1", "2.2"}, {"1.1", "2.1", "2.2"}, {"1.1", "2.1", "2.2"}, {"2.1", "2.2"}]
    (across,) = a_portfolio(evaluated(*worst)).across
    assert ids(across.weak_everywhere) == ["2.1", "2.2", "1.1"]


def test_apart__needs_a_strength_here_and_a_concern_there() -> None:
    made = a_portfolio(evaluated({"1.1"}, set(), set()))
    (across,) = made.across
    (item,) = across.apart
    assert (item.figures.item.id, item.weak, item.strong) == ("1.1", ("A",), ("B", "C"))
    (none,) = a_portfolio(evaluated(set(), set(), set())).across
    assert none.apart == ()


def test_apart__what_is_weak_in_most_is_not_named_again() -> None:
    (across,) = a_portfolio(evaluated({"1.1"}, {"1.1"}, {"1.1"}, set())).across
    assert (ids(across.weak_everywhere), ids(across.apart)) == (["1.1"], [])


def test_across__only_exactly_the_same_questions() -> None:
    kit = find_toolkit(EVALUATION)
    first, *rest = kit.sections
    reworded = replace(first.items[0], ask="Another question?")
    other = replace(
        kit, version="9", sections=(replace(first, items=(reworded, *first.items[1:])), *rest)
    )
    lines = [*evaluated({"1.1"}, {"1.1"}), a_line("C", a_summary({"1.1"}, other))]
    (across,) = a_portfolio(lines).across
    assert set(across.parts) == {"A", "B"}
    assert across.weak_everywhere == ()


def test_across__too_few_returns_are_not_compared() -> None:
    lines = [*evaluated({"1.1"}, {"1.1"}), a_line("C", a_summary({"1.1"}, people=2))]
    made = a_portfolio(lines)
    (across,) = made.across
    assert (across.read, across.weak_everywhere) == (2, ())
    assert any(": C." in text for text in decisions_in_words(made))
    assert [text for text in shared_in_words(made) if "fewer than 3" in text]


def test_across__organisations_that_judge_themselves_are_not_compared() -> None:
    lines = [a_line(name, a_summary((), "bv-organisation")) for name in "ABC"]
    (across,) = a_portfolio(lines).across
    assert across.items == ()


def test_across__what_a_summary_withholds_is_not_read() -> None:
    """All of one partnership say the same, so that its figures would tell each answer."""
    kit = find_toolkit(EVALUATION)
    told = a_summary({"1.1"}, kit, people=4)
    silent = summarise(
        a_round([kit], 2, attribution="aggregated", minimum_group=3), MADE_AT
    )  # fewer than promised
    lines = [a_line("A", told), a_line("B", told), a_line("C", told), a_line("D", silent)]
    made = a_portfolio(lines)
    (across,) = made.across
    assert all("D" not in item.read for item in across.items)
    part = made.lines[3].parts[0]
    assert (part.items, part.sections, part.weak, part.strong) == ((), (), (), ())
    assert "2.1" not in line_in_words(made, made.lines[3])[5]


@pytest.mark.parametrize("minimum", [3, 4])
def test_part__has_no_figure_that_its_summary_withholds(minimum: int) -> None:
    kit = find_toolkit(EVALUATION)
    record = a_round([kit], 5, attribution="aggregated", minimum_group=minimum)
    summary = summarise(record, MADE_AT)
    withheld = {place_of(item) for item in summary.parts[0].items if item.withheld}
    assert withheld
    (part,) = a_line("A", summary).parts
    known = {place_of(item) for item in part.items}
    assert known.isdisjoint(withheld)
    assert {*part.weak, *part.strong} <= known
    hidden = [one.name for one in summary.parts[0].sections if one.score.withheld]
    assert hidden
    page = texts(a_portfolio([a_line("A", summary), a_line("B", a_summary())]))
    assert "withheld" in page


def test_page__names_no_partner_and_nobody_who_answered() -> None:
    record = a_round([find_toolkit("pat"), find_toolkit(EVALUATION)], 6)
    lines = [a_line(name, summarise(record, MADE_AT)) for name in ("One", "Two", "Three")]
    page = texts(a_portfolio(lines))
    for partner, person, _ in PARTNERS[:6]:
        assert partner not in page
        assert person not in page
    assert "Much better than a year ago" not in page


def test_page__a_checklist_is_told_without_its_title_and_who_filled_it_in() -> None:
    summary = summarise(a_round([find_toolkit("melton-checklist")], 2), MADE_AT)
    told = summary.parts[0].checklists
    made = a_portfolio([a_line("One", summary)])
    reading = line_in_words(made, made.lines[0])[3]
    assert made.lines[0].parts[0].checklists == tuple(len(each.settle) for each in told)
    assert reading.startswith("2 checklists completed")
    page = texts(made)
    assert all(each.title not in page and each.by not in page for each in told if each.by)
    assert [each.by for each in told if each.by]


def test_page__no_total_where_the_publication_gives_none() -> None:
    made = a_portfolio(evaluated({"1.1"}, set(), set()))
    book = openpyxl.load_workbook(io.BytesIO(portfolio_bytes(made)))
    head = [cell.value for cell in book[f"Profiles {EVALUATION}"][6] if cell.value]
    sections = [one.name for one in made.lines[0].parts[0].sections]
    assert head == ["Partnership", *sections]
    assert all(line.parts[0].total is None for line in made.lines)


def test_order__is_the_registers_unless_somebody_asks() -> None:
    lines = evaluated(set(), {"1.1", "1.2"}, {"1.1"})
    made = a_portfolio(lines)
    assert [line.name for line in made.lines] == ["A", "B", "C"]
    book = openpyxl.load_workbook(io.BytesIO(portfolio_bytes(made)))
    assert [row[0].value for row in book["Partnerships"]["A7:A9"]] == ["A", "B", "C"]
    due = [replace(line, due=TODAY + timedelta(days=3 - n)) for n, line in enumerate(lines)]
    assert [line.name for line in a_portfolio(due, "due").lines] == ["C", "B", "A"]


def test_order__by_total_says_what_it_cannot_mean() -> None:
    lines = [
        a_line("None", a_summary()),
        a_line("Low", a_summary({"1A", "1B", "2A"}, "pat")),
        a_line("High", a_summary((), "pat")),
        a_line("Few", a_summary((), "pat", people=2)),
    ]
    made = a_portfolio(lines, "total")
    assert [line.name for line in made.lines] == ["High", "Low", "None", "Few"]
    meaning = order_in_words(made)[1]
    assert "cannot mean" in meaning
    assert "2 partnerships stand last" in meaning
    page = texts(made)
    assert all(text in page for text in order_in_words(made))
    assert not any("cannot mean" in text for text in order_in_words(a_portfolio(lines)))


def test_order__by_total_only_where_two_have_one() -> None:
    one = a_line("A", a_summary((), "pat"))
    assert not can_order_by_total([one, *evaluated(set(), set())])
    assert can_order_by_total([one, a_line("B", a_summary((), "pat"))])


def test_decisions__what_is_due_and_what_is_proposed() -> None:
    overdue = replace(a_line("Late", lead_body="The county"), due=TODAY - timedelta(days=1))
    running = replace(overdue, name="Running", under_way="2026")
    broken = replace(overdue, name="Broken", unusable=True)
    proposed = PortfolioLine(Partnership(name="New", membership="proposed"), "New")
    decided = PortfolioLine(
        Partnership(name="Known", membership="proposed", decision="Join", decided=date(2026, 1, 1)),
        "Known",
    )
    asked = decisions_in_words(a_portfolio([overdue, running, broken, proposed, decided]))
    due = words().say("decide_overdue", "Late", overdue.due, "The county")
    assert asked == (due, words().say("decide_proposed", "New", None))


def test_decisions__none_is_said_so() -> None:
    fine = replace(a_line("Fine"), evaluated=TODAY, due=TODAY + timedelta(days=400))
    assert decisions_in_words(a_portfolio([fine])) == (words().say("decide_nothing"),)
    assert decisions_in_words(a_portfolio([])) == ()


def test_line__of_several_toolkits_has_a_text_for_each() -> None:
    record = a_round([find_toolkit("pat"), find_toolkit(EVALUATION)], 6)
    made = a_portfolio([a_line("A", summarise(record, MADE_AT))])
    _, _, answered, said, trend, concerns, actions, _ = line_in_words(made, made.lines[0])
    assert answered.splitlines() == ["PAT: 6 of 6", "Partnership evaluation: 6 of 6"]
    assert [len(text.splitlines()) for text in (said, trend, concerns)] == [2, 2, 2]
    assert actions == words().say("actions", None)


def test_line__of_one_that_was_left_says_what_was_decided() -> None:
    left = PortfolioLine(
        Partnership(name="Left", membership="left", decision="Leave"), "Left", why="none here"
    )
    made = a_portfolio([left, replace(a_line("Joined"), why="none here")])
    said = [line_in_words(made, line)[3] for line in made.lines]
    assert said == ["Nothing is summed up any more. It was decided: “Leave”", "None here"]


def test_left_out__says_why() -> None:
    gone = replace(a_line("Gone"), why="its assessment cannot be used.", unusable=True)
    left = PortfolioLine(Partnership(name="Left", membership="left"), "Left")
    assert left_out_in_words(a_portfolio([gone, left])) == ("Gone: its assessment cannot be used.",)


def test_papers__the_same_values_give_the_same_bytes() -> None:
    made = a_portfolio(evaluated({"1.1"}, set(), {"2.1"}))
    assert portfolio_bytes(made) == portfolio_bytes(made)
    assert portfolio_in_word(made) == portfolio_in_word(made)


@pytest.mark.parametrize(
    ("worst", "many"),
    [
        ([{"1.1"}, set(), set(), set(), set()], False),
        ([{"1.1"}, {"1.1"}, set(), set(), set()], False),
        ([{"1.1"}, {"1.1"}, {"1.1"}, set(), set()], True),
    ],
    ids=["1 of 5", "2 of 5", "3 of 5"],
)
def test_peers__half_or_more_share_a_concern_or_not(worst: list[set[str]], many: bool) -> None:
    made = a_portfolio(evaluated(*worst))
    (own,) = peers_of(made, "A")
    (concern,) = [item for item in own.items if item.kind == "concern"]
    assert (concern.figures.item.id, concern.count, concern.many) == ("1.1", 5, many)


def test_peers__with_four_none_is_told() -> None:
    made = a_portfolio(evaluated({"1.1"}, set(), set(), set()))
    assert peers_of(made, "A") == ()


@pytest.mark.parametrize("count", range(PEERS_HIDDEN, 10))
@pytest.mark.parametrize("many", [True, False])
def test_peers__who_knows_their_own_cannot_tell_of_another(count: int, many: bool) -> None:
    """Own is a concern, and the page says half or more, or fewer: each other may still be either.

    With one partnership fewer than the least, one of the two would tell.
    """
    others = {
        all_of_them
        for all_of_them in product((0, 1), repeat=count - 1)
        if is_share(1 + sum(all_of_them), count, PEERS_HALF) == many
    }
    assert all({one[place] for one in others} == {0, 1} for place in range(count - 1))


@pytest.mark.parametrize("count", [PEERS_HIDDEN, PEERS_HIDDEN + 1])
def test_peers__pages_attacked_with_every_case_there_can_be(count: int) -> None:
    """Whoever knows their own partnership reads their own page, made by the program, and its title.

    All ways in which the others can stand are gone through, of those asked about, of those of
    which it cannot be read, and of those with too few returns. Pages that look alike must leave
    open, of each other partnership that can be compared, whether the item is a concern there.
    """
    lines = {
        "concern": a_line("x", a_summary({"1.1"})),
        "strength": a_line("x", a_summary(set())),
        "few": a_line("x", a_summary({"1.1"}, people=2)),
    }
    for own in ("concern", "strength"):
        seen: dict[object, list[tuple[str, ...]]] = {}
        for others in product(lines, repeat=count - 1):
            stand = (own, *others)
            made = a_portfolio(
                [replace(lines[state], name=str(n)) for n, state in enumerate(stand)]
            )
            told = tuple(
                (peers.count, item.kind, item.count, item.many)
                for peers in peers_of(made, "0")
                for item in peers.items
                if item.figures.item.id == "1.1"
            )
            if told:
                seen.setdefault(told, []).append(others)
        assert seen, "some page must say something, or nothing is tried"
        for cases in seen.values():
            for place in range(count - 1):
                assert {case[place] for case in cases} >= {"concern", "strength"}


def test_peers__the_page_names_no_other_partnership() -> None:
    names = ("Own", "Zeta", "Theta", "Kappa", "Sigma")
    lines = [a_line(name, a_summary({"1.1"} if n < 2 else set())) for n, name in enumerate(names)]
    made = a_portfolio(lines)
    page = docx.Document(io.BytesIO(peers_in_word(made, made.lines[0], peers_of(made, "Own"))))
    cells = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    said = "\n".join((*(one.text for one in page.paragraphs), *cells))
    assert "fewer than half of 5" in said
    assert [name for name in names if name in said] == ["Own"]


def test_papers__of_every_toolkit(builtin_toolkit: Toolkit) -> None:
    summary = summarise(a_round([builtin_toolkit], 4), MADE_AT)
    made = a_portfolio([a_line(name, summary) for name in ("A", "B", "C")])
    book = openpyxl.load_workbook(io.BytesIO(portfolio_bytes(made)))
    profiles = [sheet for sheet in book if sheet.title.startswith("Profiles")]
    scored = any(one.score.mean is not None for one in made.lines[0].parts[0].sections)
    assert len(profiles) == scored
    tables = [name for sheet in book for name in sheet.tables]
    assert len(set(tables)) == len(tables) >= 2
    assert portfolio_in_word(made)


def test_papers__sections_of_one_name_have_columns_of_their_own() -> None:
    kit = find_toolkit(EVALUATION)
    details, first, second, *rest = kit.sections
    alike = replace(kit, sections=(
        details, replace(first, short="Partnership"), replace(second, short="PARTNERSHIP"), *rest
    ))  # fmt: skip
    lines = [a_line(name, a_summary(set(), alike)) for name in "ABC"]
    book = openpyxl.load_workbook(io.BytesIO(portfolio_bytes(a_portfolio(lines))))
    (sheet,) = [sheet for sheet in book if sheet.title.startswith("Profiles")]
    head = [cell.value for cell in sheet[6] if cell.value]
    assert head[:3] == ["Partnership", "Partnership (2)", "PARTNERSHIP (3)"]


def test_shared__nothing_in_common_is_said_so() -> None:
    made = a_portfolio(evaluated(set(), set(), set()))
    assert shared_in_words(made) == (
        words().say("nothing_shared", made.across[0].label, 3),
    )  # fmt: skip
    single = a_portfolio(evaluated(set()))
    assert shared_in_words(single) == (words().say("no_toolkit_shared"),)
    assert shared_in_words(a_portfolio([])) == ()


def test_decisions__overdue_actions_and_first_evaluations() -> None:
    (line,) = evaluated(set())
    late = replace(line, actions=PlanCounts(5, 1, 0, 0, 1, 3, 2, 0, 0, 0), evaluated=TODAY)
    none = replace(late, actions=PlanCounts(5, 5, 0, 0, 0, 0, 0, 0, 0, 0))
    said = words().say("decide_overdue_actions", [("A", 2, 3)])
    assert said in decisions_in_words(a_portfolio([late]))
    assert decisions_in_words(a_portfolio([none])) == (words().say("decide_nothing"),)
    never = a_line("Never")
    assert decisions_in_words(a_portfolio([never])) == (words().say("decide_never", ["Never"]),)
    running = replace(never, under_way="2026")
    assert decisions_in_words(a_portfolio([running])) == (words().say("decide_nothing"),)


def test_trend__says_what_moved_or_that_it_is_the_first_round() -> None:
    later = summarise(over_rounds([find_toolkit("pat")]), MADE_AT)
    assert later.parts[0].trend is not None
    first, then = a_line("First", a_summary()), a_line("Then", later)
    made = a_portfolio([first, then])
    said = [line_in_words(made, line)[4] for line in made.lines]
    assert said[0] == words().say("trend", "", "", 0, 0, 0, False)
    assert "2025" in said[1]
    up = sum(line.change == "up" for line in later.parts[0].trend.of("section"))
    down = sum(line.change == "down" for line in later.parts[0].trend.of("section"))
    assert (f", of 6 sections: {up} higher" in said[1]) == bool(up)
    assert (f"{down} lower" in said[1]) == bool(down)


def test_marking__none_is_left_out() -> None:
    lines = [replace(a_line(name), marking=said) for name, said in (("A", "OPEN"), ("B", "SECRET"))]
    made = a_portfolio([*lines, lines[0]])
    assert made.marking == "OPEN / SECRET"
    own = replace(made, programme=replace(made.programme, marking="OFFICIAL"))
    assert own.marking == "OFFICIAL / OPEN / SECRET"
