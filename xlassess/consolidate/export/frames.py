"""The tables of an export as pandas frames, each column with its type.

Exports are these frames written out, and `xlassess.open` hands them to analysts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from xlassess.consolidate.export.columns import Cell
from xlassess.consolidate.export.tables import ExportTable
from xlassess.consolidate.figures.values import Summary
from xlassess.model.assessment import LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from xlassess.consolidate.export.columns import ExportColumn

_FEW = 0.5
"""Texts that are at most this share different are kept as categories: most columns hold a few
dozen texts over hundreds of thousands of rows, and a category is one byte or two a row."""


def frame_of(table: ExportTable, orders: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """Return a table as a frame.

    Args:
        table: the table.
        orders: for columns that have an order, by name, their texts from the lowest up.
    """
    import pandas as pd

    given, whole = orders or {}, table.whole()
    columns = {
        column.name: _series(whole, column, given.get(column.name)) for column in table.spec.columns
    }
    frame: pd.DataFrame = pd.DataFrame(columns, copy=False)
    return frame


def _series(table: ExportTable, column: ExportColumn[Any], order: Sequence[str] | None) -> Any:
    import numpy as np
    import pandas as pd

    found, which = table.different(column)
    places = np.asarray(which, dtype=np.intp)
    if column.type == "text":
        return _texts(found, places, order)
    if column.type == "day":
        return pd.Series(_days(found)[places])
    if column.type == "moment":
        return pd.Series(_moments(found)[places])
    types = {"whole number": "Int64", "number": "Float64", "yes or no": "boolean"}
    kept: Any = types[column.type]
    return pd.Series(pd.array(found, dtype=kept)[places])


def _texts(values: list[Cell], places: Any, order: Sequence[str] | None) -> Any:
    """Texts, as categories where they repeat.

    They stay Python's own: a text from a hostile file may hold half a character, which Arrow
    does not take.
    """
    import numpy as np
    import pandas as pd

    codes: Any
    found: Any
    given = np.array(values, dtype=object)
    codes, found = pd.factorize(given)
    codes = codes[places]
    if order is not None and set(found) <= {*order, ""}:
        codes, found = _reordered(codes, found, order)
        kind = pd.CategoricalDtype(pd.Index(found, dtype=object), ordered=True)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=kind))
    if len(found) <= _FEW * len(places):
        kind = pd.CategoricalDtype(pd.Index(found, dtype=object))
        return pd.Series(pd.Categorical.from_codes(codes, dtype=kind))
    return pd.Series(given[places], dtype=object)


def _reordered(codes: Any, found: Any, order: Sequence[str]) -> tuple[Any, list[str]]:
    """Codes and texts in an order; no text is none."""
    import numpy as np

    known = {text: place for place, text in enumerate(order)}
    places = np.array([known.get(text, -1) for text in found] + [-1])
    return places[codes], list(order)


def _days(values: Iterable[Cell]) -> Any:
    import numpy as np

    plain = [v.date() if isinstance(v, datetime) else v for v in values]
    return np.array(plain, dtype="datetime64[s]")


def _moments(values: Iterable[Cell]) -> Any:
    import numpy as np
    import pandas as pd

    plain = [in_utc(v).replace(tzinfo=None) if isinstance(v, datetime) else None for v in values]
    return pd.DatetimeIndex(np.array(plain, dtype="datetime64[us]")).tz_localize("UTC")


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is."""
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment


def orders_of(summary: Summary) -> dict[str, tuple[str, ...]]:
    """Return the columns of an export that have an order, with their texts from the lowest up.

    Choices stand in the order of their scale, with "don't know" and "not applicable" below it,
    and one scale after the other: they compare within a scale, which is all that makes sense.
    Where two scales have choices of one name in different orders, there is none.
    """
    orders = {"level": tuple(LEVELS.values())}
    used = {(part.key, item.scale_id): item.scale for part in summary.parts for item in part.items}
    rising = [
        [*(each for each in scale.choices if each.apart), *reversed(scale.substantive)]
        for scale in used.values()
    ]
    for name, texts in (
        ("code", [[choice.code for choice in choices] for choices in rising]),
        ("label", [[choice.label for choice in choices] for choices in rising]),
    ):
        together = tuple(dict.fromkeys(text for each in texts for text in each))
        if all(list(each) == sorted(each, key=together.index) for each in texts):
            orders[name] = together
    return orders
