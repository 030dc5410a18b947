"""What is said to do by a command is said as a page at the desk."""

from __future__ import annotations

import click
import pytest

from tests.services.small import LATER, a_folder
from tests.web.desks import DeskClient, a_desk, links_in, settled, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services import decide
from xlassess.services.ingest import ingest
from xlassess.web.request.instead import on_a_page, pages_named


@pytest.mark.parametrize(
    ("said", "there", "pages"),
    [
        ("Read the returned workbooks first: xlassess ingest PATH...",
         "Read the returned workbooks first: see the page Receive.", ["receive"]),
        ("Choose one with xlassess choose.", "Choose one on the page Settle.", ["settle"]),
        ("Look in the list: xlassess round list shows the rounds", None, ["home"]),
        ("To begin it: xlassess round new NAME --return-by DATE. To go on: wait.",
         "To begin it: see the page Home. To go on: wait.", ["home"]),
        ("It was kept by xlassess itself.", "It was kept by xlassess itself.", []),
        ("Begin one: xlassess init DIR", "Begin one: xlassess init DIR", []),
    ],
)  # fmt: skip
def test_on_a_page__has_the_page_in_place_of_the_command(
    said: str, there: str | None, pages: list[str]
) -> None:
    assert list(pages_named(("", said))) == pages
    if there is None:
        assert "xlassess " not in on_a_page(said)
    else:
        assert on_a_page(said) == there


def test_pages_named__are_commands_that_there_are() -> None:
    from xlassess.web.request.instead import _PAGE_OF, PAGE_TITLES

    assert _PAGE_OF.keys() <= set(cli.list_commands(click.Context(cli)))
    assert set(_PAGE_OF.values()) <= PAGE_TITLES.keys()


def test_summary__before_anything_came_back_has_the_menu_and_leads_on(
    folder: AssessmentFolder,
) -> None:
    desk = a_desk(a_folder(folder.root.parent / "fresh"))
    for address in ("/summary", "/send/messages"):
        answer = settled(desk, address)
        assert answer.status_code == 409
        assert "xlassess " not in words_in(answer)
        assert any(link.startswith("/plan?") for link in links_in(answer))  # the menu
    assert any(link.startswith("/send?") for link in links_in(answer))
    assert "Go to Send" in words_in(answer)


def test_send__before_anything_was_issued_speaks_of_no_messages(folder: AssessmentFolder) -> None:
    said = words_in(a_desk(a_folder(folder.root.parent / "fresh")).get("/send"))
    assert "Write 3 workbooks" in said
    assert "messages" not in said


def test_receive__a_file_that_was_left_out_is_named_when_it_comes_again(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    from xlassess.services.common.received import beside

    stray = folder.root.parent / "order.pdf"
    stray.write_bytes(b"%PDF-1.4 nothing of ours")
    (first,) = ingest(folder, [stray], now=LATER, workers=1).files
    decide.set_aside(folder, first.ret.number, decide.Why(LATER, "Not ours.", "Cora"))
    again = ingest(folder, [stray], now=LATER, workers=1)
    told = [line for group in beside(again) for one in group.remarks for line in one.lines]
    assert any("order.pdf" in line and str(first.ret.number) in line for line in told)
