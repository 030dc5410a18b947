"""Who is let in, and what every request must have: each way around it is tried."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.team.teams import (
    FROM_HERE,
    HOST,
    PASSWORD,
    Browser,
    Clock,
    Team,
    number_in,
    team_over,
)
from xlassess.web.request.forms import _fields
from xlassess.web.request.security import HEADERS
from xlassess.web.team import doors, passwords
from xlassess.web.team.accounts import IDLE_SECONDS, LONGEST_SECONDS, Accounts, LogIn
from xlassess.web.team.doors import COOKIE
from xlassess.web.team.entering import own_address
from xlassess.web.team.proxy import public_place
from xlassess.web.team.throttle import Throttle

# ---- host, https, and forms of others -----------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", f"evil.{HOST}", "127.0.0.1", "", f"{HOST}:80",
             f"{HOST}:8000", f"{HOST}@evil.example", f"{HOST}\\evil.example", f"{HOST}."],
)  # fmt: skip
def test_host__another_is_refused(team: Team, host: str) -> None:
    answer = team.of("cora").get("/", host=host)
    assert answer.status_code == 403
    assert "Small Partnership" not in answer.text
    assert host == "" or host not in answer.text


@pytest.mark.parametrize("host", [HOST, HOST.upper(), f"{HOST}:443"])
def test_host__ours_is_taken(team: Team, host: str) -> None:
    assert team.of("cora").get("/", host=host).status_code == 200


def test_host__said_by_other_headers_is_not_looked_at(with_password: Team) -> None:
    forged = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example;proto=http"}
    answer = with_password.browser().post("/log-in", {"login": "cora", "password": PASSWORD},
                                          {**FROM_HERE, **forged})  # fmt: skip
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("said", ["http", "", "https, http", "HTTPS http", "http,https,http"])
def test_http__leads_to_https_and_shows_nothing(team: Team, said: str) -> None:
    """The cookie would be read on its way; browsers do not send it so, and nothing is shown."""
    cora = team.of("cora")
    answer = cora.get("/a/small/send", x_forwarded_proto=said)
    assert (answer.status_code, answer.headers["location"]) == (308, f"https://{HOST}/")
    number = number_in(cora.get("/log-out"))
    answer = cora.post("/log-out", {"number": number}, {**FROM_HERE, "x-forwarded-proto": said})
    assert answer.status_code == 403
    assert cora.get("/").status_code == 200


def test_https__said_by_whoever_asks_does_not_count(team: Team) -> None:
    """Of two values, the proxy wrote the last."""
    answer = team.of("cora").ask("GET", "/", {"x-forwarded-proto": "https,http"})
    assert answer.status_code == 308


ELSEWHERE: tuple[dict[str, str], ...] = (
    {}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"}, {"origin": "https://evil.example"}, {"origin": "null"},
    {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"},
    {"origin": f"https://{HOST}.evil.example"},
)  # fmt: skip
"""What browsers say of a form that no page of ours sent."""


def test_form__of_another_site_does_nothing(with_password: Team) -> None:
    """CSRF, on log-in and log-out as well."""
    cora = with_password.of("cora")
    before = dict(cora.cookies)
    number = number_in(cora.get("/log-out"))
    fields = {"number": number, "login": "carl", "password": PASSWORD}
    for path in ("/log-in", "/log-out", "/account", "/a/small/send"):
        for headers in ELSEWHERE:
            answer = cora.post(path, fields, headers)
            assert answer.status_code == 403, (path, headers)
            assert "set-cookie" not in answer.headers
    assert cora.cookies == before
    assert cora.get("/").status_code == 200


def test_log_out__by_a_link_does_nothing(team: Team) -> None:
    cora = team.of("cora")
    assert cora.get("/log-out").status_code == 200
    assert cora.post("/log-out", {"number": "x.y"}).status_code == 403
    assert cora.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/log-in", "/nothing", "/a/small/", "/static/desk.css", "/healthz", "/account"]
)
def test_answer__tells_the_browser_what_is_allowed(team: Team, path: str) -> None:
    for browser in (team.of("cora"), team.browser()):
        answer = browser.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/log-in", "/", "/account", "/log-out", "/nothing"])
def test_page__has_no_script_or_style_in_it(team: Team, path: str) -> None:
    text = team.of("cora").get(path).text
    assert text.count("<script") == text.count('<script src="/static/')
    assert "style=" not in text


# ---- logging in -----------------------------------------------------------------


def test_cookie__is_for_https_and_this_host_alone(with_password: Team) -> None:
    browser = with_password.browser()
    answer = browser.log_in("cora")
    (said,) = answer.headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in said.split(";")}
    assert said.startswith("__Host-")
    assert {"httponly", "secure", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith(("domain", "max-age", "expires")) for part in parts)
    assert len(browser.cookies[COOKIE]) >= 43


def test_session__a_cookie_given_beforehand_is_not_taken_up(with_password: Team) -> None:
    """Session fixation, with a value of nobody and with a session of the attacker's own."""
    mine = with_password.of("carl").cookies[COOKIE]
    for planted in ("planted", mine):
        victim = with_password.browser()
        victim.cookies[COOKIE] = planted
        victim.log_in("cora")
        assert victim.cookies[COOKIE] != planted
        thief = with_password.browser()
        thief.cookies[COOKIE] = planted
        assert "Cora" not in thief.get("/").text


def test_session__is_kept_as_a_hash(with_password: Team) -> None:
    browser = with_password.browser()
    browser.log_in("cora")
    kept = with_password.accounts.file.read_bytes()
    assert browser.cookies[COOKIE].encode() not in kept
    assert PASSWORD.encode() not in kept
    assert with_password.accounts.file.stat().st_mode & 0o077 == 0


def test_log_in__says_the_same_of_an_unknown_account_and_a_wrong_password(
    with_password: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does the same work: a password is compared for both, once."""
    compared = []
    quick = passwords._hasher()

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            compared.append(kept.split("$")[1:4])
            return bool(quick.verify(kept, password))

        def check_needs_rehash(self, kept: str) -> bool:
            return bool(quick.check_needs_rehash(kept))

        def hash(self, password: str) -> str:
            return str(quick.hash(password))

    passwords._nobodys()
    monkeypatch.setattr(passwords, "_hasher", Counting)
    with_password.accounts.add("new", "Nobody Yet", "reader")
    with_password.accounts.remove("carl")
    said = set()
    for login in ("cora", "nobody", "new", "carl", "x' or 1=1 --", "\u0000"):
        answer = with_password.browser(x_forwarded_for=f"198.51.100.{len(compared)}").log_in(
            login, "not the password"
        )
        page = re.sub(r'value="[^"]*"', "", answer.text)
        said.add((answer.status_code, page, answer.headers.get("set-cookie")))
    assert len(said) == 1
    assert len(compared) == 6
    assert len(set(map(tuple, compared))) == 1  # the same parameters


def test_log_in__guessing_is_stopped_and_others_are_not(with_password: Team) -> None:
    guess = with_password.browser(x_forwarded_for="198.51.100.1")
    for _ in range(5):
        assert guess.log_in("cora", "wrong wrong wrong").status_code == 422
    answer = guess.log_in("cora")  # the right one, and too late
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 60
    assert COOKIE not in guess.cookies
    unknown = with_password.browser(x_forwarded_for="198.51.100.2")
    for _ in range(5):
        unknown.log_in("nobody", "wrong")
    told = unknown.log_in("nobody", "wrong")
    assert (told.status_code, _plain(told.text)) == (429, _plain(answer.text))
    owner = with_password.browser(x_forwarded_for="203.0.113.9")
    assert owner.log_in("cora").status_code == 303
    with_password.clock.now += 16 * 60
    assert guess.log_in("cora").status_code == 303


def _plain(text: str) -> str:
    return re.sub(r'value="[^"]*"', "", text)


def test_log_in__many_accounts_from_one_address_are_stopped(with_password: Team) -> None:
    """And an address that whoever asks makes up does not count: the proxy's own is the last."""
    statuses = [
        with_password.browser(x_forwarded_for=f"10.0.0.{number}, 198.51.100.1")
        .log_in(f"name{number}", "wrong").status_code for number in range(32)
    ]  # fmt: skip
    assert statuses == [422] * 30 + [429] * 2


def test_log_in__one_account_from_many_addresses_is_stopped(with_password: Team) -> None:
    statuses = [
        with_password.browser(x_forwarded_for=f"2001:db8:{number}::1").log_in("cora", "wrong")
        .status_code for number in range(31)
    ]  # fmt: skip
    assert statuses == [422] * 30 + [429]


def test_log_in__whoever_logged_in_before_is_not_kept_out_by_guesses(with_password: Team) -> None:
    own = with_password.browser(x_forwarded_for="203.0.113.9")
    assert own.log_in("cora").status_code == 303
    for number in range(31):
        with_password.browser(x_forwarded_for=f"2001:db8:{number}::1").log_in("cora", "wrong")
    new = with_password.browser(x_forwarded_for="203.0.113.10")
    assert new.log_in("cora").status_code == 429
    assert own.log_in("cora").status_code == 303
    statuses = [own.log_in("cora", "wrong").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]  # and guesses from there are stopped as before


def test_log_in__attempts_that_are_refused_are_not_kept() -> None:
    throttle = Throttle(Clock())
    assert [throttle.begin(f"name{n}", "10.0.0.1") for n in range(30)] == [0] * 30
    kept = len(throttle._tries)
    assert all(throttle.begin(f"more{n}", "10.0.0.1") for n in range(30))
    assert len(throttle._tries) == kept


def test_log_in__many_at_once_leave_pages_their_threads(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(Accounts, "right", lambda *_: over.wait(20) and None)

    async def page_meanwhile() -> int:
        guesses = [
            asyncio.ensure_future(_guessed(team, f"10.0.{number}.1")) for number in range(29)
        ] + [
            asyncio.ensure_future(_guessed(team, f"10.1.{number}.1", "carl"))
            for number in range(29)
        ]
        await asyncio.sleep(0.2)
        try:
            asked = team.browser()._ask("GET", "/invitation/none", {}, {})
            return (await asyncio.wait_for(asked, 5)).status_code
        finally:
            over.set()
            await asyncio.gather(*guesses)

    assert asyncio.run(page_meanwhile()) == 404


async def _guessed(team: Team, address: str, login: str = "cora") -> None:
    form = {"data": {"login": login, "password": "wrong"}}
    await team.browser(x_forwarded_for=address)._ask("POST", "/log-in", FROM_HERE, form)


def test_address__two_proxies(with_password: Team) -> None:
    two = public_place(HOST, 2)
    from starlette.datastructures import Headers

    def address(said: str) -> str:
        return two.address(Headers({"x-forwarded-for": said}))

    assert address("6.6.6.6, 203.0.113.7, 10.0.0.1") == "203.0.113.7"
    assert address("203.0.113.7, 10.0.0.1") == "203.0.113.7"
    assert address("10.0.0.1") == "unknown"
    assert two.came_by_https(Headers({"x-forwarded-proto": "https, https"}))
    assert not two.came_by_https(Headers({"x-forwarded-proto": "http, https"}))


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "evil",
           "/%2f%2fevil.example", "/a/small/send/../../..//evil.example", "javascript:alert(1)",
           "/nothing", "/log-out", "/a/x y", "/a/small/send\r\nset-cookie: a=b", "/\t/evil.example",
           "http:evil.example", "/static/desk.css", "/a//evil.example/send", "///evil.example"],
)  # fmt: skip
def test_redirect__after_log_in_goes_to_pages_of_ours_alone(with_password: Team, to: str) -> None:
    answer = with_password.browser().log_in("cora", next=to)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    page = with_password.browser().ask("GET", "/log-in", params={"next": to})
    assert 'name="next" value="/"' in page.text


def test_redirect__after_log_in_goes_where_somebody_wanted(with_password: Team) -> None:
    browser = with_password.browser()
    asked = browser.get("/a/small/settle?round=2026&kind=queries")
    page = browser.get(asked.headers["location"])
    to = re.search(r'name="next" value="([^"]*)"', page.text)
    assert to
    answer = browser.log_in("cora", next=to.group(1).replace("&amp;", "&"))
    assert answer.headers["location"] == "/a/small/settle?round=2026&kind=queries"


@given(st.text(max_size=60))
def test_redirect__whatever_is_given_is_a_path_of_ours(to: str) -> None:
    made = own_address(to, lambda path: path.startswith("/a/"))
    assert made == "/" or re.fullmatch(r"/a/[!-~]*", made)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/form-data; boundary=x", b"--x--"), ("text/plain", b"login=cora"),
     ("application/x-www-form-urlencoded", b"a" * (2 << 20)),
     ("application/x-www-form-urlencoded", b"login=%ff%fe&password=%00"),
     ("application/x-www-form-urlencoded", b"password=" + b"x" * 900_000 + b"&login=cora")],
)  # fmt: skip
def test_log_in__form_of_no_use_is_answered(with_password: Team, kind: str, body: bytes) -> None:
    answer = with_password.browser().ask("POST", "/log-in", {**FROM_HERE, "content-type": kind},
                                         content=body)  # fmt: skip
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


# ---- sessions -------------------------------------------------------------------


def test_session__ends_without_use_and_in_any_case(team: Team) -> None:
    idle, busy = team.of("cora"), team.of("carl")
    began = team.clock.now
    while team.clock.now - began < LONGEST_SECONDS - 10:
        team.clock.now += IDLE_SECONDS / 2
        if team.clock.now - began < LONGEST_SECONDS:
            assert busy.get("/").status_code == 200
    assert idle.get("/").status_code == 303
    team.clock.now = began + LONGEST_SECONDS + 1
    assert busy.get("/").status_code == 303


@pytest.mark.parametrize("change", ["role", "password", "removed", "logged out"])
def test_session__ends_at_once(team: Team, change: str) -> None:
    cora, carl = team.of("cora"), team.of("carl")
    if change == "role":
        team.accounts.give("cora", "reader")
    elif change == "password":
        team.accounts.set_password("cora", "another good one 7")
    elif change == "removed":
        team.accounts.remove("cora")
    else:
        answer = cora.post("/log-out", {"number": number_in(cora.get("/log-out"))})
        assert answer.headers["location"] == "/log-in?out"
        assert COOKIE not in cora.cookies
    value = cora.cookies.get(COOKIE, "")
    assert cora.get("/").headers["location"] == "/log-in"
    assert team.accounts.session(value) is None
    assert carl.get("/").status_code == 200


def test_session__of_a_value_that_was_logged_out_stays_ended(team: Team) -> None:
    cora = team.of("cora")
    stolen = cora.cookies[COOKIE]
    cora.post("/log-out", {"number": number_in(cora.get("/log-out"))})
    thief = team.browser()
    thief.cookies[COOKIE] = stolen
    assert thief.get("/a/small/").status_code == 303


@pytest.mark.parametrize(
    "cookie", ["", "=", "a" * 9000, "\x7f;;", f"{COOKIE}=", '"', f"{COOKIE}=é"]
)
def test_session__odd_cookies_are_no_fault(team: Team, cookie: str) -> None:
    answer = team.browser().ask("GET", "/account", {"cookie": cookie.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 303


def test_browser__used_by_two_people_records_nothing_under_the_wrong_name(
    with_password: Team,
) -> None:
    """Two tabs: in one, Carl logs in; the form that Cora opened in the other does nothing."""
    browser = with_password.browser()
    browser.log_in("cora")
    page = browser.get("/a/small/send?show=all")
    old = browser.cookies[COOKIE]
    browser.log_in("carl")
    book = page.text.partition('name="book" value="')[2].partition('"')[0]
    answer = browser.post("/a/small/send", {"number": number_in(page), "what": "sent",
                                            "book": book})  # fmt: skip
    assert answer.status_code == 403
    assert with_password.accounts.session(old) is None


def test_form__opened_before_the_server_was_started_anew_does_nothing(team: Team) -> None:
    """Whether it was carried out is no longer known; so nothing happens twice."""
    cora = team.of("cora")
    page = cora.get("/a/small/send?show=all")
    again = team_over(team.root, team.accounts, team.clock)
    later = Browser(again.app, cookies=cora.cookies)
    assert later.get("/").status_code == 200
    book = page.text.partition('name="book" value="')[2].partition('"')[0]
    answer = later.post("/a/small/send", {"number": number_in(page), "what": "sent", "book": book})
    assert answer.status_code == 403


def test_form__after_the_session_ended_is_not_lost(team: Team) -> None:
    cora = team.of("cora")
    number = number_in(cora.get("/a/small/send?show=all"))
    team.accounts.end("cora")
    said = "They said on the telephone: <b>agree</b>"
    answer = cora.post("/a/small/settle/one", {"number": number, "what": "waive", "reason": said})
    assert answer.status_code == 401
    assert "They said on the telephone: &lt;b&gt;agree&lt;/b&gt;" in answer.text
    assert number not in answer.text


def test_form__with_passwords_is_not_shown_after_the_session_ended(team: Team) -> None:
    fields = {"current": "old lamp river", "password": PASSWORD, "again": PASSWORD}
    answer = team.browser().post("/account", {**fields, "reason": "they rang us"})
    assert answer.status_code == 401
    assert "they rang us" in answer.text
    assert PASSWORD not in answer.text
    assert "old lamp river" not in answer.text


def test_form__of_many_fields_of_one_name_keeps_nobody_waiting() -> None:
    """Where each value copied those before it, half a second went by for everybody."""

    def seconds(data: bytes) -> float:
        began = time.perf_counter()
        assert sum(map(len, _fields(data).values())) == 19_999
        return time.perf_counter() - began

    one = min(seconds(b"a=b&" * 19_999) for _ in range(3))
    each = min(seconds(b"".join(b"%d=b&" % at for at in range(19_999))) for _ in range(3))
    assert one < 8 * each


def test_link__followed_from_elsewhere_opens_the_page(team: Team) -> None:
    """Browsers send no such cookie along from another site: a page of ours asks again."""
    stranger = team.browser()
    answer = stranger.get("/a/small/send?round=2026", sec_fetch_site="cross-site")
    assert answer.status_code == 200
    assert 'content="0; url=/a/small/send?round=2026"' in answer.text
    assert "Small Partnership" not in answer.text
    odd = stranger.get('/a/small/"><script>x</script>', sec_fetch_site="cross-site")
    assert "<script>x" not in odd.text


def test_request__that_is_no_page_is_told_to_log_in(team: Team) -> None:
    answer = team.browser().get("/a/small/job/events?id=1", sec_fetch_mode="cors")
    assert answer.status_code == 401


def test_events__end_with_the_session(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of a job piece by piece ends when its reader is logged out."""
    monkeypatch.setattr(doors, "LOOK_SECONDS", 0.0)
    from xlassess.web.routes import progress

    sent = []

    async def for_ever(jobs: object, job: object):  # type: ignore[no-untyped-def]
        import asyncio

        while True:
            sent.append(1)
            if len(sent) == 3:
                team.accounts.remove("rea")
            yield "event: count\ndata: [1, 2]\n\n"
            await asyncio.sleep(0)

    monkeypatch.setattr(progress, "_news", for_ever)
    monkeypatch.setattr(progress, "_wanted", lambda visit: None)
    answer = team.of("rea").get("/a/small/job/events?id=1")
    assert answer.status_code == 200
    assert answer.text.count("event: count") == 2
    assert len(sent) < 6
    assert {line["event"] for line in team.lines} == {"request"}  # and that is no fault of ours


def test_events__are_refused_to_facilitators(team: Team) -> None:
    assert team.of("fay").get("/a/small/job/events?id=1").status_code == 403


def test_route__is_open_without_a_session_only_where_it_has_to_be(team: Team) -> None:
    """Every route that the application has, and not only those of the table of pages."""
    routes = team.app.app.app.routes  # type: ignore[attr-defined]
    open_to_all = {"/log-in", "/invitation/{token}", "/static"}
    paths = {route.path for route in routes}
    assert open_to_all < paths
    assert len(paths) > 40
    stranger = team.browser()
    for path in paths - open_to_all:
        here = path.replace("{assessment}", "small")
        assert stranger.get(here).headers["location"].startswith("/log-in"), path
        answer = stranger.post(here, {"number": "x", "what": "write"})
        assert answer.status_code == 401, path
        assert "Small Partnership" not in answer.text


# ---- accounts -------------------------------------------------------------------


def test_password__is_changed_and_other_browsers_are_logged_out(with_password: Team) -> None:
    cora, other = with_password.of("cora"), with_password.of("cora")
    before = cora.cookies[COOKIE]
    page = cora.get("/account")
    fields = {"number": number_in(page), "what": "password", "current": PASSWORD,
              "password": "seven green bottles", "again": "seven green bottles"}  # fmt: skip
    for wrong in ({"current": "x"}, {"again": "y"}, {"password": "short", "again": "short"},
                  {"current": ""}, {"number": "x.y"}):  # fmt: skip
        assert cora.post("/account", {**fields, **wrong}).status_code == 422
    assert cora.post("/account", fields).status_code == 303
    assert cora.cookies[COOKIE] != before
    assert cora.get("/account?done=password").text.count("Your password is changed") == 1
    assert other.get("/").status_code == 303
    assert with_password.browser().log_in("cora").status_code == 422
    assert with_password.browser().log_in("cora", "seven green bottles").status_code == 303


def test_session__of_mine_is_ended_and_nobody_elses(team: Team) -> None:
    cora, lost, carl = team.of("cora"), team.of("cora"), team.of("carl")
    theirs = team.accounts.session(carl.cookies[COOKIE])
    mine = team.accounts.session(lost.cookies[COOKIE])
    assert theirs is not None
    assert mine is not None
    number = number_in(cora.get("/account"))
    for mark in (theirs.mark, "zz", "", mine.mark):
        cora.post("/account", {"number": number, "what": "end", "mark": mark})
    assert lost.get("/").status_code == 303
    assert carl.get("/").status_code == 200
    assert cora.get("/").status_code == 200


def test_invitation__lets_choose_a_password_once(team: Team) -> None:
    token = team.accounts.invite("rea")
    person = team.browser()
    for _ in range(2):  # programs that look at links in messages open it first
        assert "Rea Reader" in person.get(f"/invitation/{token}").text
    for chosen in ("short", "password1234", "reareader1234", "aaaaaaaaaaaaaaa"):
        answer = person.post(f"/invitation/{token}", {"password": chosen, "again": chosen})
        assert answer.status_code == 422
    fields = {"password": PASSWORD, "again": PASSWORD}
    assert person.post(f"/invitation/{token}", fields).headers["location"] == "/log-in?chosen"
    assert person.post(f"/invitation/{token}", fields).status_code == 404
    assert person.log_in("rea").status_code == 303
    assert token not in team.told.getvalue()


def test_invitation__ends(team: Team) -> None:
    first = team.accounts.invite("rea")
    second = team.accounts.invite("rea")
    assert team.browser().get(f"/invitation/{first}").status_code == 404
    team.clock.now += 8 * 24 * 3600
    old = team.browser().get(f"/invitation/{second}")
    never = team.browser().get("/invitation/x")
    assert (old.status_code, old.text) == (never.status_code, never.text)
    third = team.accounts.invite("rea")
    team.accounts.remove("rea")
    assert team.browser().get(f"/invitation/{third}").status_code == 404


# ---- health and log --------------------------------------------------------------


def test_health__needs_nothing_and_says_nothing(team: Team) -> None:
    asking = Browser(team.app)
    answer = asking.ask("GET", "/healthz", {"host": "127.0.0.1:8000", "x-forwarded-proto": ""})
    assert (answer.status_code, answer.text) == (200, "ok")
    team.accounts.file.unlink()
    assert team.browser().get("/healthz").status_code == 503


@contextmanager
def _held(team: Team, how: str) -> Iterator[None]:
    """Hold the accounts as another program that writes to them."""
    with closing(sqlite3.connect(team.accounts.file, isolation_level=None)) as other:
        other.execute(f"begin {how}")
        yield
        other.execute("rollback")


def test_health__needs_nobody_to_stop_writing(team: Team) -> None:
    with _held(team, "exclusive"):
        began = time.monotonic()
        assert team.browser().get("/healthz").status_code == 200
        assert time.monotonic() - began < 2


def test_session__is_found_while_somebody_else_writes(team: Team) -> None:
    """That it is in use is written down by a later request."""
    cora = team.of("cora")
    team.clock.now += 30 * 60
    with _held(team, "immediate"):
        assert cora.get("/").status_code == 200
    team.clock.now += 20 * 60
    assert cora.get("/").status_code == 200
    team.clock.now += 50 * 60
    assert cora.get("/").status_code == 200


def test_request__whose_session_is_waited_for_keeps_nobody_else_waiting(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    cora, looked, answered = team.of("cora"), threading.Event(), threading.Event()
    session = Accounts.session

    def waiting(self: Accounts, value: str, *, in_use: bool = True) -> LogIn | None:
        if value:
            looked.set()
            assert answered.wait(10)
        return session(self, value, in_use=in_use)

    monkeypatch.setattr(Accounts, "session", waiting)

    async def both() -> tuple[int, int]:
        slow = asyncio.create_task(cora._ask("GET", "/", {}, {}))
        while not looked.is_set():
            await asyncio.sleep(0.01)
        healthy = await team.browser()._ask("GET", "/healthz", {}, {})
        assert not slow.done()
        answered.set()
        return healthy.status_code, (await slow).status_code

    assert asyncio.run(both()) == (200, 200)


def test_log__names_who_did_what_and_quotes_nobody(with_password: Team) -> None:
    browser = with_password.browser()
    browser.log_in("cora", "my secret, mistyped")
    browser.log_in("my own password in the wrong field", "x")
    browser.log_in("cora")
    browser.get("/a/small/register?search=Bea+Birch")
    browser.get("/a/small/register/response?reference=ABC")
    browser.get("/a/Bea Birch/nothing")
    browser.ask("BREW", "/a/small/")
    told = with_password.told.getvalue()
    for private in ("Bea", "ABC", "secret", "my own", "search", "reference", PASSWORD,
                    browser.cookies[COOKIE], "BREW", "Small"):  # fmt: skip
        assert private not in told
    wanted = {"event": "request", "user": "cora", "method": "GET", "status": 200,
              "route": "/a/{assessment}/register"}  # fmt: skip
    assert any(wanted.items() <= line.items() for line in with_password.lines)
    assert {line["event"] for line in with_password.lines} >= {"log-in", "log-in refused"}
    assert all(set(line) >= {"time", "event"} for line in with_password.lines)


def test_log__of_a_fault_says_where_and_quotes_nobody(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlassess.web.routes import send

    def broken(*given: object) -> None:
        raise RuntimeError("They wrote: Bea Birch disagrees")

    monkeypatch.setattr(send, "page", broken)
    answer = team.of("cora").get("/a/small/send")
    assert answer.status_code == 500
    assert "Bea Birch" not in answer.text
    fault = next(line for line in team.lines if line["event"] == "fault")
    assert fault["kind"] == "RuntimeError"
    assert "send.py" in fault["where"]
    assert "Bea" not in team.told.getvalue()


def test_accounts__file_with_rights_for_others_is_closed(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path, Clock())
    accounts.create()
    accounts.file.chmod(0o644)
    accounts.all()
    assert accounts.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.thorough
def test_log_in__takes_the_same_time_for_an_unknown_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the parameters that are in use; the least of several is what noise leaves."""
    from argon2 import PasswordHasher

    real = PasswordHasher()
    monkeypatch.setattr(passwords, "_hasher", lambda: real)
    passwords._nobodys.cache_clear()
    accounts = Accounts(tmp_path)
    accounts.create()
    accounts.add("cora", "Cora", "coordinator")
    accounts.set_password("cora", PASSWORD)
    accounts.right("nobody", "x")
    taken: dict[str, float] = {}
    for login in ("cora", "nobody") * 5:
        began = time.perf_counter()
        assert accounts.right(login, "wrong") is None
        spent = time.perf_counter() - began
        taken[login] = min(spent, taken.get(login, spent))
    assert 1 / 3 < taken["cora"] / taken["nobody"] < 3
