"""An assessment begun in the team's folder: by whom, under which name, and never beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.web.desks import words_in
from tests.web.team.teams import Browser, Team, number_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.web.team.doors import COOKIE

FIELDS = {"round": "2031", "name": "Sam Okafor", "toolkits": ["pat"], "attribution": "partner",
          "minimum_group": "3", "marking": "OFFICIAL"}  # fmt: skip


def begun(browser: Browser, partnership: object, **more: object) -> httpx.Response:
    fields = {"number": number_in(browser.get("/begin")), **FIELDS, "partnership": partnership}
    return browser.post("/begin", {**fields, **more})


def there(team: Team) -> list[str]:
    """Every file and folder of the team, and beside it."""
    return sorted(
        str(path.relative_to(team.root.parent)) for path in team.root.parent.rglob("*")
        if not path.name.startswith((".begin.lock", "team.db"))
    )  # fmt: skip


def test_begin__by_a_coordinator_of_all(team: Team) -> None:
    cora = team.of("cora")
    assert 'href="/begin"' in cora.get("/").text
    page = cora.get("/begin")
    assert "Log out" in page.text
    assert 'name="id"' not in page.text
    assert cora.get("/begin/toolkit?id=pat").status_code == 200
    done = begun(cora, "Łódź & Harbour: People's Partnership")
    assert done.status_code == 303
    where = urlsplit(done.headers["location"]).path
    key = "lodz-and-harbour-people-s-partnership"
    assert where == f"/a/{key}/register/people"
    assert "The assessment has begun." in words_in(cora.get(done.headers["location"]))
    kept = AssessmentFolder(team.root / key).assessment()
    assert (kept.id, kept.partnership, kept.attribution) == (
        key, "Łódź & Harbour: People's Partnership", "partner",
    )  # fmt: skip
    assert f'href="/a/{key}/"' in team.of("rea").get("/").text
    assert not (team.root / key / ".secret").stat().st_mode & 0o077


@pytest.mark.parametrize("login", ["rea", "fay", "carl", ""])
def test_begin__by_nobody_else(team: Team, login: str) -> None:
    """Carl coordinates one assessment only: he would begin one that he may not see."""
    team.accounts.give("carl", None)
    team.accounts.give("carl", "coordinator", "small")
    before, browser = there(team), team.of(login) if login else team.browser()
    if login:
        assert "/begin" not in browser.get("/").text
    number = number_in(browser.get("/account")) if login else ""
    fields = {"number": number, **FIELDS, "partnership": "New"}
    for answer in (browser.get("/begin"), browser.get("/begin/toolkit?id=pat"),
                   browser.post("/begin", fields)):  # fmt: skip
        assert answer.status_code == (403 if login else answer.status_code)
        assert "Name of the partnership" not in answer.text
    assert there(team) == before


@pytest.mark.parametrize(
    "name", ["../out", "..", ".", "/etc/x", "a/../../b", "..\\..\\c", "%2e%2e%2fd", "~", "\x00",
             "small\x00", ".hidden", "\u202e\u2066", "团队", "x" * 100],
)  # fmt: skip
def test_begin__name_leads_nowhere_else(team: Team, name: str) -> None:
    outside, before = team.root.parent, there(team)
    answer = begun(team.of("cora"), name, id="../../evil", folder="../evil")
    made = [one for one in there(team) if one not in before]
    assert answer.status_code in (303, 422)
    assert all(one.startswith(f"{team.root.relative_to(outside)}/") for one in made)
    folders = {one.split("/")[1] for one in made}
    assert len(folders) == (answer.status_code == 303)
    for folder in folders:
        assert set(folder) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert AssessmentFolder(team.root / folder).assessment().id == folder


def test_begin__of_a_name_that_is_taken_leaves_what_is_there(team: Team) -> None:
    cora = team.of("cora")
    (team.root / "notes").write_text("mine")
    (team.root / "gone").symlink_to("nowhere")
    (team.root / "empty").mkdir()
    before = there(team)
    for name in ("Small", "SMALL!", "other", "Notes", "Gone", "Empty"):
        answer = begun(cora, name)
        assert answer.status_code == 422
        assert 'href="#partnership"' in answer.text
        assert "already. Enter a name that tells them apart." in answer.text
    assert there(team) == before


def test_begin__by_two_at_once_makes_one(team: Team) -> None:
    browsers = [team.of("cora"), team.of("carl")]
    fields = [
        {"number": number_in(one.get("/begin")), **FIELDS, "partnership": "Harbour"}
        for one in browsers
    ]
    with ThreadPoolExecutor(2) as threads:
        came = threads.map(lambda one: one[0].post("/begin", one[1]).status_code,
                           zip(browsers, fields, strict=True))  # fmt: skip
        assert sorted(came) == [303, 422]
    assert AssessmentFolder(team.root / "harbour").assessment().partnership == "Harbour"
    assert [one for one in team.root.iterdir() if one.name.startswith(".unfinished")] == []


def test_begin__with_something_wrong_makes_nothing(team: Team) -> None:
    before, cora = there(team), team.of("cora")
    for wrong, field in (({"round": ""}, "round"), ({"toolkits": []}, "toolkits"),
                         ({"name": ""}, "name"), ({"return_by": "1/1/2020"}, "return_by"),
                         ({"partnership": " "}, "partnership")):  # fmt: skip
        answer = begun(cora, **{"partnership": "Harbour", **wrong})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text, field
    number = number_in(cora.get("/begin"))
    other = team.of("carl").post("/begin", {"number": number, **FIELDS, "partnership": "X"})
    assert other.status_code == 403  # the number was given to somebody else
    stolen = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert cora.post("/begin", {"number": number, **FIELDS}, stolen).status_code == 403
    assert there(team) == before


def test_begin__after_log_in_is_opened(with_password: Team) -> None:
    answer = with_password.browser().log_in("cora", next="/begin")
    assert answer.headers["location"] == "/begin"
    assert COOKIE in answer.headers["set-cookie"]


def test_begin__sent_twice_counts_once(team: Team) -> None:
    cora = team.of("cora")
    fields = {"number": number_in(cora.get("/begin")), **FIELDS, "partnership": "Quay"}
    first, second = (cora.post("/begin", fields) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
