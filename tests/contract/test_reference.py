"""The reference survives being typed, printed and read aloud."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from xlassess.contract.reference import (
    ALPHABET,
    find_references,
    is_valid,
    make_reference,
    normalise,
)

references = st.binary(min_size=8, max_size=32).map(make_reference)


@given(references)
def test_reference__holds_and_has_two_groups_of_four(reference: str) -> None:
    assert is_valid(reference)
    assert [len(group) for group in reference.split("-")] == [4, 4]


@given(references, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_reference__any_one_wrong_character_shows(reference: str, at: int, char: str) -> None:
    code = reference.replace("-", "")
    wrong = code[:at] + char + code[at + 1 :]
    assert is_valid(normalise(wrong)) == (wrong == code)


@given(references)
def test_reference__any_two_swapped_characters_show(reference: str) -> None:
    code = reference.replace("-", "")
    for i, j in itertools.combinations(range(8), 2):
        swapped = list(code)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        text = "".join(swapped)
        assert is_valid(normalise(text)) == (text == code)


def test_reference__no_two_characters_look_alike() -> None:
    for pair in ("0O", "1I", "1L", "5S", "8B", "UV", "VY", "2Z", "DO", "EF", "GC", "MN", "GQ"):
        assert not set(pair) <= set(ALPHABET)
    assert len(set(ALPHABET)) == 19


@given(references)
def test_normalise__dashes_spaces_and_small_letters_are_put_right(reference: str) -> None:
    plain = reference.replace("-", "")
    for typed in (plain, plain.lower(), f" {plain[:4]} {plain[4:]} ", f"{plain[:4]}–{plain[4:]}"):
        assert normalise(typed) == reference


@given(references, references)
def test_find_references__reads_them_out_of_a_line(first: str, second: str) -> None:
    found = find_references(f"Reference {first} · Anytown (was {second}), again {first}.")
    assert found == tuple(dict.fromkeys((first, second)))


def test_find_references__a_wrong_check_character_is_not_a_reference() -> None:
    reference = make_reference(bytes(range(16)))
    wrong = reference[:-1] + ALPHABET[(ALPHABET.index(reference[-1]) + 1) % 19]
    assert find_references(f"{wrong} X{reference} {reference}7") == ()
