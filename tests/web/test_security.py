"""The desk lets nobody in but the browser that opened the link, and acts on no page but its own."""

from __future__ import annotations

import pytest

from tests.web.desks import FROM_HERE, PORT, DeskClient, a_desk, closed_desk, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.status import status
from xlassess.web.app import PAGES
from xlassess.web.request.security import HEADERS

FORMS = [one.path for one in PAGES if one.act]


def sent_on_record(folder: AssessmentFolder) -> int:
    from tests.services.small import LATER

    return sum(line.sent is not None for line in status(folder, today=LATER.date()).lines)


def test_link__lets_in_once(folder: AssessmentFolder) -> None:
    desk = closed_desk(folder)
    link = desk.sessions.new_link()
    assert desk.get(link).status_code == 200
    assert desk.get("/").status_code == 200
    other = DeskClient(desk.app, desk.sessions)
    assert other.get(link).status_code == 403
    assert other.cookies == {}
    assert other.get("/").status_code == 403


def test_link__wrong_one_leaves_the_right_one_good(folder: AssessmentFolder) -> None:
    desk = closed_desk(folder)
    link = desk.sessions.new_link()
    for wrong in ("/open/x", "/open/", f"{link}x", link[:-1]):
        assert desk.get(wrong).status_code in (403, 404)
    assert desk.get(link).status_code == 200


def test_link__a_new_one_ends_the_old_one(folder: AssessmentFolder) -> None:
    desk = closed_desk(folder)
    old = desk.sessions.new_link()
    desk.sessions.new_link()
    assert desk.get(old).status_code == 403


def test_cookie__is_random_and_for_our_pages_alone(folder: AssessmentFolder) -> None:
    desk = closed_desk(folder)
    values = set()
    for _ in range(2):
        answer = desk.get(desk.sessions.new_link())
        (said,) = answer.headers.get_list("set-cookie")
        parts = {part.strip().lower() for part in said.split(";")}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        values.add(said.split(";")[0].partition("=")[2])
    assert len(values) == 2
    assert min(map(len, values)) >= 43


@pytest.mark.parametrize("page", [one.path for one in PAGES])
def test_page__needs_the_session(folder: AssessmentFolder, page: str) -> None:
    desk = closed_desk(folder)
    answer = desk.get(page)
    assert answer.status_code == 403
    assert "Small Partnership" not in answer.text


def test_session__a_cookie_given_beforehand_is_not_taken_up(folder: AssessmentFolder) -> None:
    """Session fixation: who is let in gets a value that nobody knew before."""
    desk = closed_desk(folder)
    desk.cookies = {desk.sessions.cookie: "planted"}
    desk.enter()
    assert desk.cookies[desk.sessions.cookie] != "planted"
    thief = DeskClient(desk.app, desk.sessions, {desk.sessions.cookie: "planted"})
    assert thief.get("/").status_code == 403


@pytest.mark.parametrize("cookie", ["", "=", "a" * 9000, "\x7f;;", "xlassess-desk-8765=", '"'])
def test_session__odd_cookies_are_no_fault(folder: AssessmentFolder, cookie: str) -> None:
    assert closed_desk(folder).get("/", cookie=cookie).status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", "",
     f"127.0.0.1.evil.example:{PORT}", f"localhost:{PORT}@evil.example"],
)  # fmt: skip
def test_host__any_other_name_is_refused(desk: DeskClient, host: str) -> None:
    """A name of somebody else's may be made to lead here (DNS rebinding)."""
    answer = desk.get("/", host=host)
    assert answer.status_code == 403
    assert "Small Partnership" not in answer.text
    assert desk.get("/static/desk.css", host=host).status_code == 403


def test_host__localhost_is_this_computer(desk: DeskClient) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    assert desk.get("/", host=f"localhost:{PORT}", cookie=cookie).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "null"}, {"origin": "http://evil.example"},
     {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-site"},
     {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
     {"origin": f"http://localhost:{PORT + 1}"}],
)  # fmt: skip
def test_forms__of_another_page_are_refused(
    desk: DeskClient, folder: AssessmentFolder, headers: dict[str, str]
) -> None:
    sent = {"number": number_in(desk.get("/send?show=all")), **sent_of(desk)}
    told = {path: desk.post(path, sent, headers).status_code for path in FORMS}
    assert told == dict.fromkeys(FORMS, 403)
    assert sent_on_record(folder) == 0


@pytest.mark.parametrize("number", ["", "x", "x.y", "é.é", "a.b.c"])
def test_forms__without_a_number_of_ours_are_refused(
    desk: DeskClient, folder: AssessmentFolder, number: str
) -> None:
    sent = {"number": number, **sent_of(desk)}
    told = {path: desk.post(path, sent).status_code for path in FORMS}
    assert told == dict.fromkeys(FORMS, 403)
    assert sent_on_record(folder) == 0


def test_form__number_of_another_session_is_refused(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    other = DeskClient(desk.app, desk.sessions).enter()
    number = number_in(other.get("/send?show=all"))
    assert desk.post("/send", {"number": number, **sent_of(desk)}).status_code == 403
    assert sent_on_record(folder) == 0


def test_form__twice_is_carried_out_once_and_says_what_was_done(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    page = desk.get("/send?show=all")
    number, book = number_in(page), page.text.partition('name="book" value="')[2].partition('"')[0]
    first = desk.post("/send", {"number": number, "what": "sent", "book": book})
    assert first.status_code == 303
    before = len(_events(folder))
    again = desk.post("/send", {"number": number, "what": "sent", "book": book})
    assert again.headers["location"] == first.headers["location"]
    assert len(_events(folder)) == before
    assert sent_on_record(folder) == 1
    assert "Recorded as sent: 1 workbook." in words_in(desk.get(again.headers["location"]))


def test_form__what_was_done_is_not_told_to_another_session(desk: DeskClient) -> None:
    number = number_in(desk.get("/send?show=all"))
    shown = desk.post("/send", {"number": number, **sent_of(desk)}).headers["location"]
    other = DeskClient(desk.app, desk.sessions).enter()
    assert "Recorded as sent" not in other.get(shown).text
    assert "Recorded as sent" in desk.get(shown).text


def sent_of(desk: DeskClient) -> dict[str, str]:
    """What the form sends that records the first workbook as sent."""
    text = desk.get("/send?show=all").text
    return {"what": "sent", "book": text.partition('name="book" value="')[2].partition('"')[0]}


def _events(folder: AssessmentFolder) -> list[object]:
    from xlassess.ledger import Ledger

    with Ledger(folder.ledger) as ledger:
        return list(ledger.events())


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/form-data; boundary=x", b"--x--"), ("text/plain", b"number=1"), ("", b""),
     ("application/x-www-form-urlencoded", b"a" * (2 << 20)),
     ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 30_000))],
)  # fmt: skip
def test_form__of_no_use_is_answered_and_nothing_done(
    desk: DeskClient, folder: AssessmentFolder, kind: str, body: bytes
) -> None:
    answer = desk.ask("POST", "/send", {**FROM_HERE, "content-type": kind}, content=body)
    assert answer.status_code in (200, 403, 422)
    assert "There is a problem" in answer.text
    assert sent_on_record(folder) == 0


@pytest.mark.parametrize(
    "path", ["/", "/send", "/papers", "/nothing", "/static/desk.css", "/open/x"]
)
def test_answer__tells_the_browser_what_is_allowed(desk: DeskClient, path: str) -> None:
    answer = desk.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/send?show=all", "/papers", "/nothing"])
def test_page__has_no_script_or_style_in_it(desk: DeskClient, path: str) -> None:
    text = desk.get(path).text
    assert text.count("<script") == text.count('<script src="/static/')
    assert "style=" not in text
    assert "<style" not in text
    assert "javascript:" not in text


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd",
     "/static/..%5capp.py", "/papers/file?name=../../.secret",
     "/papers/file?name=..%2f..%2f.secret", "/papers/file?name=/etc/passwd", "/papers/file?name=",
     "/send/workbook?reference=../.secret", "/send/workbook?reference="],
)  # fmt: skip
def test_path__leads_nowhere_else(desk: DeskClient, folder: AssessmentFolder, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code in (403, 404, 409)
    assert folder.secret_file.read_text().strip() not in answer.text
    assert "root:" not in answer.text
    assert "create_app" not in answer.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_redirect__goes_to_no_address_that_was_given(desk: DeskClient, to: str) -> None:
    number = number_in(desk.get("/send?show=all"))
    for name in ("next", "to", "url", "done", "return"):
        answer = desk.post(f"/send?{name}={to}", {"number": number, **sent_of(desk), name: to})
        assert answer.headers["location"].startswith("/send?round=2026")
    assert "location" not in desk.get(f"/?next={to}").headers


def test_text__of_partners_is_text(folder: AssessmentFolder) -> None:
    from tests.services.small import MONDAY, write_register
    from xlassess.services.generate import generate

    odd = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "Board")
    write_register(folder, (odd, ("{{ 7*7 }}", "a\u202egnp.exe", "Board")))
    generate(folder, now=MONDAY)
    text = a_desk(folder).get("/send?show=all").text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text
    assert "a\\u202egnp.exe" in text


def test_download__is_saved_and_not_shown(desk: DeskClient, folder: AssessmentFolder) -> None:
    page = desk.get("/send?show=all").text
    link = page.partition('href="/send/workbook')[2].partition('"')[0].replace("&amp;", "&")
    answer = desk.get(f"/send/workbook{link}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.content in [path.read_bytes() for path in folder.outbox.glob("*.xlsx")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_method__others_do_nothing(desk: DeskClient, method: str) -> None:
    assert desk.ask(method, "/send", FROM_HERE).status_code in (403, 404, 405)
