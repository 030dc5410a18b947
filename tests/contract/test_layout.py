"""Every answer has one place, and places do not collide."""

from __future__ import annotations

from xlassess.contract.layout import (
    ACTION_PLAN,
    FIRST_ITEM_ROW,
    HEADER_ROW,
    IDENTITY,
    LISTS,
    PROFILE,
    START,
    cell_name,
    column_name,
    layout,
)
from xlassess.model.toolkit import (
    ActionPlan,
    Choice,
    Item,
    Scale,
    Scoring,
    Section,
    Toolkit,
    View,
)

YES_NO = Scale("Yes or no", (Choice("yes", "Yes"), Choice("no", "No")))


def toolkit(*sections: Section, plan: ActionPlan | None = None) -> Toolkit:
    return Toolkit(
        id="t",
        version="1",
        title="T",
        short="T",
        publisher="",
        year=2026,
        source="",
        rights="",
        about="",
        how="",
        scales={"yes-no": YES_NO},
        sections=sections,
        scoring=Scoring("none", ""),
        action_plan=plan,
        views=(View("in", "Inside"), View("out", "Outside")),
    )


def choice(name: str, views: tuple[str, ...] = ()) -> Item:
    return Item(name, f"Question {name}", "yes-no", views=views)


def text(name: str) -> Item:
    return Item(name, f"Question {name}", "long-text")


def test_layout__free_text_after_choices_has_a_table_of_its_own() -> None:
    section = Section("1", "1 One", "One", (choice("1"), choice("2"), text("3"), text("4")))
    sheet = layout(toolkit(section)).sections[0]
    choices, texts = sheet.tables
    assert (choices.header_row, texts.header_row) == (HEADER_ROW, FIRST_ITEM_ROW + 3)
    assert [row.index for row in texts.rows] == [FIRST_ITEM_ROW + 4, FIRST_ITEM_ROW + 5]
    assert [column.field for column in texts.fields(text("3"))] == ["answer"]
    comment = choices.column("comment")
    assert comment is not None
    assert texts.fields(text("3"))[0].index == comment.index
    assert sheet.last_row == FIRST_ITEM_ROW + 5


def test_layout__alternating_items_share_one_table_with_text_in_the_comment_column() -> None:
    items = (choice("1", ("in", "out")), text("2"), choice("3"), text("4"))
    (table,) = layout(toolkit(Section("1", "1 One", "One", items))).sections[0].tables
    comment = table.column("comment")
    assert comment is not None
    assert [(c.field, c.index) for c in table.fields(items[1])] == [("answer", comment.index)]
    assert [c.field for c in table.fields(items[0])] == ["answer:in", "answer:out", "comment"]
    assert [c.field for c in table.fields(items[2])] == ["answer", "comment"]


def test_layout__no_two_fields_share_a_cell() -> None:
    items = (choice("1", ("in", "out")), text("2"), choice("3"), text("4"), text("5"))
    for form in ("statements", "matrix", "checklist", "text"):
        sheet = layout(toolkit(Section("1", "1 One", "One", items, form=form))).sections[0]  # type: ignore[arg-type]
        cells = [
            (row.index, column.index)
            for table in sheet.tables
            for row in table.rows
            for column in table.fields(row.item)
        ]
        assert len(cells) == len(set(cells)) > 0


def test_layout__matrix_shows_the_levels_least_first() -> None:
    scale = Scale("Level", (Choice("high", "High"), Choice("low", "Low"), Choice("none", "None")))
    item = Item("1.1", "How?", "level", levels={"low": "A little.", "high": "A lot."})
    kit = toolkit(Section("1", "1 One", "One", (item,), form="matrix"))
    kit = Toolkit(**{**{f: getattr(kit, f) for f in kit.__slots__}, "scales": {"level": scale}})
    (table,) = layout(kit).sections[0].tables
    levels = [column.detail for column in table.columns if column.role == "level"]
    assert levels == ["low", "high"]


def test_layout__sheets_come_in_order_with_the_technical_ones_last() -> None:
    plan = ActionPlan("", (Choice("quick", "Quick win"),), (Choice("new", "New"),), rows=3)
    made = layout(toolkit(Section("1", "1 One", "One", (choice("1"),)), plan=plan))
    assert made.sheets == (START, "1 One", PROFILE, ACTION_PLAN, LISTS, IDENTITY)
    assert made.action_plan is not None
    assert made.action_plan.last_row - made.action_plan.first_row == 2
    assert made.action_plan.proposal is None


def test_column_name__counts_like_excel() -> None:
    assert [column_name(i) for i in (0, 25, 26, 701, 702, 16383)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert cell_name(4, 27) == "AB5"
