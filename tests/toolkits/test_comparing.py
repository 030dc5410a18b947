"""What may be compared between two versions of a toolkit, and what the files of toolkits say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from tests.toolkits.any_toolkit import toolkits
from tests.toolkits.texts import SMALL, write
from xlassess.contract.seal import question_digest, questions_digest
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.comparing import Match, chained, earlier_items
from xlassess.toolkits.load import ToolkitFileError, find_toolkit, load_toolkit


def with_item(toolkit: Toolkit, item_id: str, **changes: object) -> Toolkit:
    """The toolkit, as version 2.0, with an item changed."""
    sections = tuple(
        replace(
            section,
            items=tuple(
                replace(item, **changes) if item.id == item_id else item for item in section.items
            ),
        )
        for section in toolkit.sections
    )
    return replace(toolkit, version="2.0", sections=sections)


@pytest.fixture
def pat() -> Toolkit:
    """The toolkit as version 1.1, whichever it is now."""
    return replace(find_toolkit("pat"), version="1.1")


@given(toolkits())
def test_earlier_items__every_item_is_its_own_in_the_same_version(toolkit: Toolkit) -> None:
    found = earlier_items(toolkit, toolkit)
    assert found == {item.id: Match(item) for item in toolkit.items()}


def test_earlier_items__a_changed_question_is_another(pat: Toolkit) -> None:
    found = earlier_items(with_item(pat, "1A", ask="Something else?"), pat)
    assert found["1A"] == Match(None, "In version 1.1 this question was another one.")
    assert found["1B"].item == pat.item("1B")


def test_earlier_items__another_short_name_is_the_same_question(pat: Toolkit) -> None:
    assert earlier_items(with_item(pat, "1A", short="Shorter"), pat)["1A"].item == pat.item("1A")


def test_earlier_items__what_the_toolkit_says_follows_is_compared(pat: Toolkit) -> None:
    now = with_item(pat, "1A", ask="Something else?", follows="1.1/1B")
    found = earlier_items(now, pat)
    assert found["1A"].item == pat.item("1B")
    assert found["1B"] == Match(None, "In version 1.1 this number was another question's.")


def test_earlier_items__following_a_version_that_was_not_asked(pat: Toolkit) -> None:
    now = with_item(pat, "1A", ask="Something else?", follows="1.0/1B")
    assert earlier_items(now, pat)["1A"].item is None
    unchanged = with_item(pat, "1A", follows="1.0/1B")
    assert earlier_items(unchanged, pat)["1A"].item == pat.item("1A")


def test_earlier_items__following_an_item_that_was_not_there(pat: Toolkit) -> None:
    now = with_item(pat, "1A", ask="Something else?", follows="1.1/9Z")
    assert earlier_items(now, pat)["1A"].why == "Version 1.1 has no item 9Z, which it follows."


def test_earlier_items__on_another_scale_nothing_follows(pat: Toolkit) -> None:
    scale, choices = pat.item("1A").answer, pat.scales[pat.item("1A").answer].choices
    other = replace(pat.scales[scale], choices=choices[1:])
    now = replace(
        with_item(pat, "1A", follows="1.1/1A", ask="Else?"), scales={**pat.scales, scale: other}
    )
    assert earlier_items(now, pat)["1A"].why == "It was answered on another scale in version 1.1."


def test_earlier_items__not_comparable_where_the_toolkit_says_so(pat: Toolkit) -> None:
    now = with_item(pat, "1A", comparable=False)
    assert earlier_items(now, pat)["1A"].why == "The toolkit says that it is not comparable."
    assert earlier_items(now, now)["1A"].item is not None


def test_earlier_items__a_new_question_was_not_asked(pat: Toolkit) -> None:
    found = earlier_items(with_item(pat, "1A", id="1Z"), pat)
    assert found["1Z"].why == "It was not asked in version 1.1."


def test_chained__goes_back_over_versions_and_keeps_the_first_reason(pat: Toolkit) -> None:
    second = with_item(pat, "1A", id="1X", follows="1.1/1A")
    third = replace(with_item(second, "1X", id="1Y", follows="2.0/1X", ask="Else?"), version="3.0")
    third = replace(with_item(third, "1B", ask="Quite else?"), version="3.0")
    found = chained((earlier_items(third, second), earlier_items(second, pat)))
    assert found["1Y"].item == pat.item("1A")
    assert found["1B"].why == "In version 2.0 this question was another one."


def test_digest__what_is_compared_is_no_part_of_the_question(pat: Toolkit) -> None:
    now = replace(with_item(pat, "1A", follows="1.0/1A", past=True), version=pat.version)
    assert questions_digest(now) == questions_digest(pat)
    assert question_digest(now, now.item("1A")) == question_digest(pat, pat.item("1A"))


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ('follows: "3.2"', "names no version and item"),
        ('follows: "1.0/"', "names no version and item"),
        ('follows: "1.0/3.2"', "is this version"),
        ('follows: "0.9/3.2"\n        comparable: false', "said not to be comparable"),
        ("past: true", "its answer is not a date"),
    ],
)
def test_check__what_no_respondent_meets_fits_the_item(
    tmp_path: Path, says: str, problem: str
) -> None:
    text = SMALL.replace("      - id: 1A\n", f"      - id: 1A\n        {says}\n", 1)
    assert text != SMALL
    with pytest.raises(ToolkitFileError) as caught:
        load_toolkit(write(tmp_path, text))
    (found,) = caught.value.problems
    assert problem in found.message
    assert found.line == text[: text.index(says.rpartition("\n")[2].strip())].count("\n") + 1
