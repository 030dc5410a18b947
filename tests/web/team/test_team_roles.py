"""Who may do what: every page, for every role; what is not allowed is refused by the server."""

from __future__ import annotations

import hashlib
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.web.desks import links_in
from tests.web.team.teams import FROM_HERE, Team, number_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.web.app import PAGES
from xlassess.web.team import roles
from xlassess.web.team.doors import COOKIE
from xlassess.web.team.places import folder_of, folders_of, places_in
from xlassess.web.team.roles import may_act, may_open

FOR_COORDINATORS = {"begin", "round", "return-date", "closing", "copy"}
"""The pages that a reader has no use for, or that count."""
SHOWN = {"summary", "sheet", "item", "picture", "workshop"}
REFUSED = "Your role in this assessment does not allow it"


def state_of(root: Path) -> dict[str, str]:
    """Everything in a folder, but who logged in."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(("team.db", "ledger.db-"))
    }


def is_refused(answer: httpx.Response) -> bool:
    assert (answer.status_code == 403) == (REFUSED in answer.text)
    return answer.status_code == 403


@pytest.mark.parametrize("login", ["cora", "rea", "fay", ""])
def test_route__is_open_to_the_roles_that_it_is_for(team: Team, login: str) -> None:
    browser = team.of(login) if login else team.browser()
    for page in PAGES:
        answer = browser.get(f"/a/small{page.path}")
        if not login:
            assert answer.headers["location"].startswith("/log-in?next=")
        elif login == "fay" and page.name == "home":
            assert answer.headers["location"] == "/a/small/summary"
        else:
            allowed = {
                "cora": True, "rea": may_open("reader", page.name), "fay": page.name in SHOWN,
            }  # fmt: skip
            assert is_refused(answer) != allowed[login], page.name


def test_route__of_no_name_in_the_table_is_for_coordinators_alone() -> None:
    assert [may_open(role, "a new page") for role in ("coordinator", "reader", "facilitator")] == [
        True, False, False,
    ]  # fmt: skip
    assert [may_act(role) for role in ("coordinator", "reader", "facilitator")] == [
        True, False, False,
    ]  # fmt: skip


def test_table__names_pages_that_there_are_and_none_that_changes_something() -> None:
    names = {one.name for one in PAGES}
    read = {name for name in names if may_open("reader", name)}
    assert names >= roles._READ | roles._SHOWN
    assert not read & FOR_COORDINATORS
    assert {name for name in names if may_open("facilitator", name)} == SHOWN <= read


@pytest.mark.parametrize("login", ["rea", "fay"])
def test_form__of_whoever_may_change_nothing_does_nothing(team: Team, login: str) -> None:
    """Role escalation: each form there is, with a number that was given to the same person."""
    before, browser = state_of(team.root), team.of(login)
    number = number_in(browser.get("/account"))
    for page in PAGES:
        for what in ("", "write"):
            fields = {"number": number, "what": what, "name": "2031", "return_by": "2031-01-01"}
            assert is_refused(browser.post(f"/a/small{page.path}", fields))
        assert is_refused(
            browser.ask("POST", f"/a/small{page.path}", FROM_HERE, data={"number": number},
                        files=[("files", ("a.xlsx", b"x"))])
        )  # fmt: skip
    assert state_of(team.root) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"])
def test_method__others_do_nothing(team: Team, method: str) -> None:
    before = state_of(team.root)
    for login in ("cora", "rea", "fay"):
        answer = team.of(login).ask(method, "/a/small/papers/file", FROM_HERE)
        assert answer.status_code in (403, 405, 404)
    assert state_of(team.root) == before


def test_form__where_there_is_none_is_not_called_a_matter_of_the_role(team: Team) -> None:
    before = state_of(team.root)
    answer = team.of("cora").post("/a/small/papers/file", {"what": "x"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "This page has no form, so nothing was done." in answer.text
    assert REFUSED not in answer.text
    assert state_of(team.root) == before


def test_head__is_refused_like_the_page(team: Team) -> None:
    assert team.of("fay").ask("HEAD", "/a/small/register").status_code == 403
    assert team.of("rea").ask("HEAD", "/a/small/register").status_code == 200


def test_reader__is_shown_the_page_with_its_forms_closed(team: Team) -> None:
    open_page = team.of("cora").get("/a/small/send?show=all").text
    closed = team.of("rea").get("/a/small/send?show=all").text
    assert 'name="book"' in open_page
    assert "<button" in open_page
    main = closed.partition("<main")[2]
    assert "Bea Birch" in main
    for sent in ("<button", '<form method="post"', 'name="number"'):
        assert sent not in main
    assert main.count('<input type="checkbox"') == 0 or "disabled" in main
    assert "You cannot change anything" in main


def test_reader__is_led_to_no_page_that_is_refused(team: Team) -> None:
    rea = team.of("rea")
    links = set(re.findall(r'href="(/a/small/[^"]*)"', rea.get("/a/small/").text))
    assert len(links) > 6
    assert [one for one in links if rea.get(unescape(one)).status_code == 403] == []


def test_reader__saves_what_there_is(team: Team) -> None:
    page = team.of("rea").get("/a/small/send?show=all")
    link = next(one for one in links_in(page) if "/send/workbook" in one)
    answer = team.of("rea").get(link)
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"


def test_menu__has_the_pages_that_somebody_may_open(team: Team) -> None:
    text = team.of("fay").get("/a/small/summary").text
    menu = text.partition('<nav class="menu"')[2].partition("</nav>")[0]
    assert menu.count("<a ") == 2
    assert "/a/small/summary" in menu
    assert "/a/small/plan/workshop" in menu
    assert team.of("rea").get("/a/small/").text.count("/a/small/settle?") > 0


def test_menu__says_which_page_is_open(team: Team) -> None:
    for path, title in (("/a/small/", "Home"), ("/a/small/plan", "Plan")):
        text = team.of("cora").get(path).text
        menu = text.partition('<nav class="menu"')[2].partition("</nav>")[0]
        assert re.findall(r'aria-current="page">([^<]*)<', menu) == [title]


# ---- assessments ------------------------------------------------------------


def test_assessment__in_which_somebody_has_no_role_is_not_there(team: Team) -> None:
    team.accounts.give("rea", None)
    team.accounts.give("rea", "reader", "small")
    rea = team.of("rea")
    page = rea.get("/")
    assert "/a/small/" in page.text
    assert "/a/other/" not in page.text
    assert rea.get("/a/small/").status_code == 200
    there, nowhere = rea.get("/a/other/"), rea.get("/a/nothing/")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text


@pytest.mark.parametrize("name", ["north~quay", "north%7Equay", "north%quay"])
def test_assessment__of_a_like_name_has_a_key_of_its_own(team: Team, name: str) -> None:
    """A role in ``north/quay`` of the programme is none in a folder beside it."""
    (team.root / "north").mkdir()
    (team.root / "other").rename(team.root / "north" / "quay")
    (team.root / "small").rename(team.root / name)
    (team.root / "programme.yaml").write_text(
        "title: Ours\npartnerships:\n  - folder: north/quay\n", encoding="utf-8"
    )
    found = {one.key: folder_of(one.key) for one in places_in(team.root, folders_of(team.root))}
    assert sorted(found.values()) == sorted(("north/quay", name))
    mine = next(key for key, folder in found.items() if folder == name)
    for key, opened in ((mine, name), ("north~quay", "north/quay")):
        team.accounts.give("rea", None)
        team.accounts.give("rea", None, mine)
        team.accounts.give("rea", "reader", key)
        rea = team.of("rea")
        links = re.findall(r'href="(/a/[^"]*)"', rea.get("/").text)
        assert links == [f"/a/{quote(key)}/"], opened
        assert rea.get(links[0]).status_code == 200
        team.accounts.give("rea", None, key)


def test_assessment__that_somebody_is_kept_out_of_is_not_there(team: Team) -> None:
    team.accounts.keep_out("cora", "other")
    cora = team.of("cora")
    assert "/a/other/" not in cora.get("/").text
    assert cora.get("/a/small/").status_code == 200
    kept_out, nowhere = cora.get("/a/other/"), cora.get("/a/nothing/")
    assert kept_out.status_code == nowhere.status_code == 404
    assert kept_out.text == nowhere.text


def test_folder__that_cannot_be_looked_into_keeps_nobody_out(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a disk of its own has lost+found, which is root's alone."""
    (team.root / "lost+found").mkdir()
    (team.root / "round").symlink_to("round")
    is_file = Path.is_file

    def looked(path: Path) -> bool:
        if "lost+found" in path.parts:
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", looked)
    page = team.of("cora").get("/")
    assert page.status_code == 200
    assert "/a/small/" in page.text


def test_role__of_one_assessment_comes_before_that_of_all(team: Team) -> None:
    team.accounts.give("cora", "facilitator", "other")
    cora = team.of("cora")
    assert cora.get("/a/small/register").status_code == 200
    assert is_refused(cora.get("/a/other/register"))


@pytest.mark.parametrize(
    "key", ["..", "%2e%2e", "..%2fteam", "small%2f..%2fother", "small%00", "%2fetc", ".hidden",
            "SMALL", "team.db", "~", "small~..~other"],
)  # fmt: skip
def test_assessment__name_leads_nowhere_else(team: Team, key: str) -> None:
    (team.root / ".hidden").mkdir()
    shutil.copy(team.root / "small" / "assessment.yaml", team.root / ".hidden")
    assert team.of("cora").get(f"/a/{key}/send").status_code == 404


def test_number__of_a_form_counts_once_over_all_assessments(team: Team) -> None:
    cora = team.of("cora")
    page = cora.get("/a/small/send?show=all")
    book = page.text.partition('name="book" value="')[2].partition('"')[0]
    fields = {"number": number_in(page), "what": "sent", "book": book}
    for place in ("small", "small", "other"):
        assert cora.post(f"/a/{place}/send", fields).status_code == 303
    assert [_sent(team, place) for place in ("small", "other")] == [1, 0]


def _sent(team: Team, place: str) -> int:
    with Ledger(AssessmentFolder(team.root / place).ledger) as ledger:
        return sum(event.what == "sent" for event in ledger.events())


def test_decision__is_on_record_under_the_name_of_whoever_took_it(team: Team) -> None:
    for login, place in (("cora", "small"), ("carl", "other")):
        browser = team.of(login)
        page = browser.get(f"/a/{place}/send?show=all")
        book = page.text.partition('name="book" value="')[2].partition('"')[0]
        browser.post(f"/a/{place}/send", {"number": number_in(page), "what": "sent", "book": book})
    for name, place in (("Cora Coordinator", "small"), ("Carl Coordinator", "other")):
        with Ledger(AssessmentFolder(team.root / place).ledger) as ledger:
            assert [one.by for one in ledger.events() if one.what == "sent"] == [name]


def test_register__is_searched_within_its_assessment(team: Team) -> None:
    cora = team.of("cora")
    action = cora.get("/a/small/register").text.partition('<form method="get" action="')[2]
    found = cora.get(f"{action.partition(chr(34))[0]}?q=Bea")
    assert found.status_code == 200
    assert "Bea Birch" in found.text
    assert "Abe Ash" not in found.text


def test_page__of_somebody_else_s_session_is_not_given(team: Team) -> None:
    one, other = team.of("cora"), team.of("carl")
    assert one.cookies[COOKIE] != other.cookies[COOKIE]
    page = one.get("/a/small/send?show=all")
    book = page.text.partition('name="book" value="')[2].partition('"')[0]
    answer = other.post("/a/small/send", {"number": number_in(page), "what": "sent", "book": book})
    assert answer.status_code == 403
    assert _sent(team, "small") == 0


def test_settings__that_passwords_of_the_server_go_with_are_not_changed_by_coordinators(
    team: Team,
) -> None:
    """Whoever entered a mail server of their own would be sent the password of the real one."""
    file = team.root / "small" / "assessment.yaml"
    cora, before = team.of("cora"), file.read_bytes()
    page = cora.get("/a/small/begin/settings")
    assert "It is set by whoever looks after the server" in page.text
    for name, value in (("mail.host", "smtp.evil.example"), ("mail.user", "x"), ("shared", "true"),
                        ("mail.mailbox", "imaps://a@evil.example/INBOX")):  # fmt: skip
        assert f'name="{name}"' not in page.text
        fields = {"number": number_in(cora.get("/account")), name: value, f"was~{name}": ""}
        assert cora.post("/a/small/begin/settings", fields).status_code == 422, name
    for fields in ({"ledger": "postgresql+psycopg://u@evil/db"}, {"files": "s3://evil"},
                   {"programme": "../../.."}):  # fmt: skip
        cora.post("/a/small/begin/settings", {"number": number_in(cora.get("/account")), **fields})
    assert file.read_bytes() == before
