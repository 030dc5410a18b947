"""Everything on a sheet can be read."""

from __future__ import annotations

from itertools import pairwise

import pytest

from xlassess.sheet import formats, palette
from xlassess.sheet.charts import shades_for
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.validation import SheetError

LOOKS = {name: value for name, value in vars(formats).items() if isinstance(value, CellFormat)}
MARKS = {
    name: value for name, value in vars(formats).items() if isinstance(value, ConditionalFormat)
}


@pytest.mark.parametrize(("ink", "ground"), palette.TEXT_PAIRS)
def test_contrast__text_can_be_read(ink: str, ground: str) -> None:
    assert palette.contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("mark", "ground"), palette.SHAPE_PAIRS)
def test_contrast__shapes_can_be_told_from_their_ground(mark: str, ground: str) -> None:
    assert palette.contrast(mark, ground) >= 3


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_looks__use_only_checked_pairs(name: str) -> None:
    look = LOOKS[name]
    assert (look.colour, look.fill or palette.WHITE) in palette.TEXT_PAIRS


@pytest.mark.parametrize("name", sorted(MARKS))
def test_marks__keep_text_readable(name: str) -> None:
    mark = MARKS[name]
    assert palette.contrast(mark.colour or palette.INK, mark.fill or palette.WHITE) >= 4.5


def test_contrast__known_values() -> None:
    assert palette.contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert palette.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 5])
def test_shades__grow_darker_one_by_one(parts: int) -> None:
    shades = shades_for(parts)
    weights = [palette.contrast(shade, palette.WHITE) for shade in shades]
    assert len(shades) == parts
    assert all(darker / lighter > 1.3 for lighter, darker in pairwise(weights))


def test_shades__too_many_parts_raise() -> None:
    with pytest.raises(SheetError):
        shades_for(11)


@pytest.mark.parametrize("parts", [6, 7, 8, 9, 10])
def test_shades__of_a_long_row_grow_darker_and_their_figures_can_be_read(parts: int) -> None:
    shades = shades_for(parts)
    weights = [palette.contrast(shade, palette.WHITE) for shade in shades]
    assert len(set(shades)) == parts
    assert weights == sorted(weights)
    inks = [max(palette.contrast(s, ink) for ink in (palette.WHITE, palette.INK)) for s in shades]
    assert min(inks) >= 3.9
