"""The settings on a page: what may be changed is, beside its reason stands what may not."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.services.small import LATER, a_folder
from tests.web.desks import DeskClient, a_desk, links_in, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event, Ledger
from xlassess.model.days import written_day
from xlassess.services.setup.rounds import begin_round, close_round

SETTINGS = "/begin/settings"
NEXT = (datetime.now(timezone.utc) + timedelta(days=40)).date()


def hidden_in(page: httpx.Response) -> dict[str, str]:
    """What stood in each field when the page was shown."""
    found = re.findall(r'name="(was~[^"]*)" value="([^"]*)"', page.text)
    return {unescape(name): unescape(value) for name, value in found}


def fields_in(page: httpx.Response) -> dict[str, object]:
    """The form as a browser sends it where nothing was typed."""
    shown = hidden_in(page)
    fields: dict[str, object] = {"number": number_in(page), **shown}
    for name, value in shown.items():
        plain = name.removeprefix("was~")
        if plain == "toolkits":
            fields[plain] = value.split(", ")
        elif value or f'type="checkbox" name="{plain}"' not in page.text:
            fields[plain] = value
    return {name: value for name, value in fields.items() if value != "false" or "was~" in name}


def sent(desk: DeskClient, page: httpx.Response | None = None, **typed: object) -> httpx.Response:
    page = page or desk.get(SETTINGS)
    named = {name.replace("__", "."): value for name, value in typed.items()}
    return desk.post(SETTINGS, {**fields_in(page), **named})


def events(folder: AssessmentFolder) -> list[Event]:
    with Ledger(folder.ledger) as ledger:
        return list(ledger.events())


def test_settings__are_changed_with_remarks_kept_and_who_did_it_on_record(
    folder: AssessmentFolder, desk: DeskClient
) -> None:
    text = "# About it.\n" + folder.settings_file.read_text("utf-8") + "# The end.\n"
    folder.settings_file.write_text(text, encoding="utf-8")
    assert SETTINGS in [one.partition("?")[0] for one in links_in(desk.get("/"))]
    day = NEXT.strftime("%d/%m/%Y")
    done = sent(desk, marking="SECRET # one", return_by=day, coordinator__phone="01 234")
    assert done.status_code == 303
    said = words_in(desk.get(done.headers["location"]))
    assert "Changed: Return date, Telephone and Protective marking." in said
    kept = folder.assessment()
    assert (kept.marking, kept.return_by) == ("SECRET # one", NEXT)
    assert kept.coordinator.phone == "01 234"
    after = folder.settings_file.read_text("utf-8")
    assert after.startswith("# About it.\n")
    assert after.endswith("# The end.\n") or "# The end." in after
    last = events(folder)[-1]
    assert (last.what, last.by) == ("settings changed", "Cora Coordinator")
    assert last.details["changed"]["return_by"] == ["2026-03-13", NEXT.isoformat()]
    assert last.details["changed"]["coordinator.phone"] == []  # of people nothing is kept for ever
    told = words_in(desk.get("/history"))
    assert f"Return date: 13 March 2026 became {written_day(NEXT)}" in told
    assert "Settings changed" in told


def test_settings__nothing_typed_changes_nothing(
    folder: AssessmentFolder, desk: DeskClient
) -> None:
    before, number = folder.settings_file.read_bytes(), len(events(folder))
    done = sent(desk)
    assert "Nothing was changed." in words_in(desk.get(done.headers["location"]))
    assert (folder.settings_file.read_bytes(), len(events(folder))) == (before, number)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"minimum_group": "few"}, "minimum_group", "must be a whole number"),
        ({"coordinator__email": "x"}, "coordinator.email", "not an e-mail address"),
        ({"return_by": "someday"}, "return_by", "must be a date"),
        ({"return_by": "1/2/2020"}, "return_by", "This day has passed."),
        ({"partnership": " "}, "partnership", "Enter the name of the partnership."),
        ({"toolkits": []}, "toolkits", "Choose at least one toolkit."),
        ({"attribution": "all of it"}, "attribution", "Choose one of the list."),
        ({"mail__host": "a b"}, "mail.host", "not the name of a server"),
        ({"mail__user": "me"}, "mail.user", "neither a host nor a mailbox"),
    ],
)  # fmt: skip
def test_settings__errors_stand_at_the_top_and_at_the_field(
    folder: AssessmentFolder, desk: DeskClient, typed: dict[str, object], field: str, said: str
) -> None:
    before, number = folder.settings_file.read_bytes(), len(events(folder))
    answer = sent(desk, purpose="Typed as well", **typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    error = answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert said in unescape(error)
    assert ">\nTyped as well</textarea>" in answer.text
    assert (folder.settings_file.read_bytes(), len(events(folder))) == (before, number)


def test_settings__what_is_sealed_is_shown_with_its_reason_and_cannot_be_changed(
    folder: AssessmentFolder, desk: DeskClient
) -> None:
    page = desk.get(SETTINGS)
    said = words_in(page)
    assert "It is sealed into every workbook that was issued." in said
    assert "It is sealed into the 3 workbooks of this round." in said
    assert "Workbooks that were issued promise that answers are shown" in said
    before = folder.settings_file.read_bytes()
    for name, value in (("id", "other"), ("round", "2031")):
        assert f'name="{name}"' not in page.text
        answer = sent(desk, **{name: value, f"was~{name}": ""})
        assert answer.status_code == 422
        assert "This cannot be changed. It is sealed" in words_in(answer)
    assert folder.settings_file.read_bytes() == before


def test_settings__before_anything_is_issued_names_can_be_changed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "new")
    desk = a_desk(folder)
    done = sent(desk, id="harbour", round="2031")
    assert done.status_code == 303
    assert desk.get(done.headers["location"]).status_code == 200
    assert (folder.assessment().id, folder.assessment().round) == ("harbour", "2031")
    assert not folder.ledger_file.exists()  # there is no record to keep it in yet


def test_settings__of_two_coordinators_the_second_sees_what_the_first_did(
    folder: AssessmentFolder,
) -> None:
    first, second = a_desk(folder, "Ann"), a_desk(folder, "Ben")
    pages = [one.get(SETTINGS) for one in (first, second)]
    assert sent(first, pages[0], marking="FIRST", purpose="Ann’s").status_code == 303
    answer = sent(second, pages[1], marking="SECOND", minimum_group="4")
    assert answer.status_code == 422
    assert "Somebody changed this after you opened the page. It now says “FIRST”." in words_in(
        answer
    )
    kept = folder.assessment()
    assert (kept.marking, kept.purpose, kept.minimum_group) == ("FIRST", "Ann’s", 3)
    # what the second did not touch is shown as the first left it, and stays when sent again
    assert ">\nAnn’s</textarea>" in unescape(answer.text)
    again = {**fields_in(answer), "marking": "SECOND", "minimum_group": "4"}
    assert second.post(SETTINGS, again).status_code == 303
    kept = folder.assessment()
    assert (kept.marking, kept.purpose, kept.minimum_group) == ("SECOND", "Ann’s", 4)
    assert [one.by for one in events(folder) if one.what == "settings changed"] == ["Ann", "Ben"]


def test_settings__of_two_who_change_different_things_both_hold(folder: AssessmentFolder) -> None:
    first, second = a_desk(folder), a_desk(folder)
    pages = [one.get(SETTINGS) for one in (first, second)]
    assert sent(first, pages[0], marking="FIRST").status_code == 303
    assert sent(second, pages[1], minimum_group="4").status_code == 303
    assert (folder.assessment().marking, folder.assessment().minimum_group) == ("FIRST", 4)


def test_settings__of_a_closed_round_stay(folder: AssessmentFolder, desk: DeskClient) -> None:
    close_round(folder, now=LATER)
    page = desk.get(SETTINGS)
    assert "This round is closed, and most of its settings cannot be changed." in words_in(page)
    assert any(one.startswith("/begin/closing") for one in links_in(page))
    assert 'name="marking"' not in page.text
    assert 'name="coordinator.phone"' in page.text
    assert sent(desk, page, marking="X", **{"was~marking": "OFFICIAL"}).status_code == 422
    assert sent(desk, page, coordinator__phone="01").status_code == 303


def test_settings__of_a_round_go_into_its_own_file(folder: AssessmentFolder) -> None:
    begin_round(folder, "2027", date(2031, 3, 12), now=LATER, by="Ann")
    begun = events(folder)[-1]
    assert (begun.what, begun.by, begun.details["follows"]) == ("round begun", "Ann", "2026")
    whole = folder.settings_file.read_bytes()
    desk, here = a_desk(folder), AssessmentFolder(folder.root, "2027")
    page = desk.get(SETTINGS)
    assert "It is the name of the round’s folder." in words_in(page)
    assert "It holds for all rounds." in words_in(page)
    done = sent(desk, page, purpose="How we fare", show_last_time__tiny="all", marking="X")
    assert done.status_code == 303
    assert "How we fare" in here.round_file.read_text("utf-8")
    assert here.assessment().show_last_time == {"tiny": "all"}
    assert folder.settings_file.read_bytes() != whole
    assert AssessmentFolder(folder.root, "2026").assessment().purpose == ""
    assert "round 2027, after 2026" in words_in(desk.get("/history"))


def test_return_date__changed_at_the_desk_is_on_record(
    folder: AssessmentFolder, desk: DeskClient
) -> None:
    page = desk.get("/begin/return-date")
    fields = {"number": number_in(page), "return_by": NEXT.strftime("%d/%m/%Y")}
    assert desk.post("/begin/return-date", fields).status_code == 303
    last = events(folder)[-1]
    assert (last.what, last.by) == ("settings changed", "Cora Coordinator")
    assert last.details["changed"] == {"return_by": ["2026-03-13", NEXT.isoformat()]}


def test_settings__that_cannot_be_put_on_record_are_not_changed(
    folder: AssessmentFolder, desk: DeskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise OSError(28, "No space left on device")

    before = folder.settings_file.read_bytes()
    page = desk.get(SETTINGS)
    monkeypatch.setattr(Ledger, "settings_changed", broken)
    assert sent(desk, page, marking="X").status_code == 422
    monkeypatch.undo()
    assert folder.settings_file.read_bytes() == before
    assert events(folder)[-1].what != "settings changed"
