"""A query workbook's sheets are those of the first one with two columns more."""

from __future__ import annotations

from xlassess.contract.layout import layout
from xlassess.contract.query_layout import plan_columns, query_layout
from xlassess.model.toolkit import Toolkit


def test_query_layout__rows_and_fields_are_those_of_the_first(builtin_toolkit: Toolkit) -> None:
    first, query = layout(builtin_toolkit), query_layout(builtin_toolkit)
    assert query.sheets == first.sheets
    assert query.action_plan == first.action_plan
    for before, after in zip(first.sections, query.sections, strict=True):
        for old, new in zip(before.tables, after.tables, strict=True):
            assert (new.rows, new.header_row, new.wide) == (old.rows, old.header_row, old.wide)
            kept = [c.role for c in new.columns if c.role not in ("earlier", "reason")]
            assert sorted(kept) == sorted(c.role for c in old.columns)
            for row in new.rows:
                fields = [column.field for column in new.fields(row.item)]
                assert fields == [column.field for column in old.fields(row.item)]


def test_query_layout__reason_stands_before_the_answer(builtin_toolkit: Toolkit) -> None:
    for section in query_layout(builtin_toolkit).sections:
        for table in section.tables:
            places = {column.role: column.index for column in reversed(table.columns)}
            assert places["earlier"] + 1 == places["reason"]
            assert places["ask"] < places["earlier"]
            assert places["reason"] < min(places["answer"], places["status"])
            assert places.get("why", 99) > max(
                column.index for column in table.columns if column.role != "why"
            )


def test_query_layout__no_two_columns_share_a_place(builtin_toolkit: Toolkit) -> None:
    for section in query_layout(builtin_toolkit).sections:
        widths: dict[int, float] = {}
        for table in section.tables:
            indices = [column.index for column in table.columns]
            assert indices == sorted(set(indices))
            for column in table.columns:
                assert widths.setdefault(column.index, column.width) == column.width


def test_plan_columns__stand_beside_the_plan(builtin_toolkit: Toolkit) -> None:
    plan = layout(builtin_toolkit).action_plan
    if plan is not None:
        last = plan.columns[-1].index
        assert [column.index for column in plan_columns(plan)] == [last + 1, last + 2]
