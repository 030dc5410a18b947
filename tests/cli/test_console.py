"""The console: nothing in a partner's text steers it, and plain text stays plain."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.cli.console import Console, clean, progress
from xlassess.services.common.phrases import count, listed, percent
from xlassess.services.common.progress import silent


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@given(st.text())
def test_clean__leaves_nothing_that_steers_a_terminal(text: str) -> None:
    cleaned = clean(text)
    assert all(ord(char) >= 0x20 and not 0x7F <= ord(char) < 0xA0 for char in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f")
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("invoice\u202excod.exe", "invoice\\u202excod.exe"),
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        ("Zoë – “fine” 🙂", "Zoë – “fine” 🙂"),
    ],
)
def test_clean__shows_what_it_takes_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_say__piped_is_one_plain_line() -> None:
    stream = io.StringIO()
    Console(stream).say("[bold red]word[/] " * 20, indent=4, style="refuse")
    assert stream.getvalue() == "    " + "[bold red]word[/] " * 20 + "\n"


def test_say__on_a_terminal_wraps_and_takes_no_markup() -> None:
    stream = Terminal()
    Console(stream).say("[bold red]word[/] :smile: " * 8, indent=4, style="refuse")
    lines = stream.getvalue().splitlines()
    assert len(lines) > 1
    assert stream.getvalue().count("[bold red]word[/]") == 8
    assert stream.getvalue().count(":smile:") == 8
    assert "\x1b[" in stream.getvalue(), "styles are shown on a terminal"


def test_table__piped_has_no_lines_no_colour_and_no_trailing_blanks() -> None:
    stream = io.StringIO()
    rows = [["a\x1b[2J", "1"], ["longer", "23"]]
    Console(stream).table(("Name", "Number"), rows, numbers=(1,), styles={"longer": "good"})
    assert stream.getvalue().splitlines() == [
        "  Name      Number",
        "  a\\x1b[2J       1",
        "  longer        23",
    ]


def test_table__on_a_terminal_is_no_wider_than_the_terminal() -> None:
    stream = Terminal()
    Console(stream).table(("Name", "Text"), [["[red]x[/red]", "word " * 40]])
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in stream.getvalue().splitlines()]
    assert max(map(len, lines)) <= 60
    assert any("[red]x[/red]" in line for line in lines)


def test_table__on_a_terminal_is_no_wider_than_its_contents() -> None:
    stream = Terminal()
    Console(stream).table(("A", "B"), [["1", "2"]])
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in stream.getvalue().splitlines()]
    assert max(len(line) for line in lines) <= 12


@pytest.mark.parametrize(
    ("full", "count", "last"),
    [
        pytest.param(False, 13, "  and 8 more. To see them all: xlassess status --full", id="cut"),
        pytest.param(True, 20, "  name 19", id="full"),
    ],
)
def test_some__counts_the_rest_and_says_how_to_see_it(full: bool, count: int, last: str) -> None:
    stream = io.StringIO()
    names = [f"name {number}" for number in range(20)]
    Console(stream, full=full).some(names, "xlassess status --full")
    lines = stream.getvalue().splitlines()
    assert len(lines) == count
    assert lines[-1] == last


def test_progress__is_silent_when_not_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("Reading") as watch:
        assert watch is silent
        watch(1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress__shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress("Reading") as watch:
        watch(1, 2)
    assert "1/2" in stream.getvalue()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (count(1, "file"), "1 file"),
        (count(0, "file"), "0 files"),
        (count(2, "query", "queries"), "2 queries"),
        (listed([]), ""),
        (listed(["a"]), "a"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (percent(None), "–"),
        (percent(2 / 3), "67%"),
    ],
)
def test_words__read_well(said: str, expected: str) -> None:
    assert said == expected
