"""A team's desk behind a real nginx, and in a real browser."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("argon2", reason="install xlassess[team]")
pytest.importorskip("playwright", reason="install xlassess[test]")

import httpx
from playwright.sync_api import Browser, Page

from tests.clients.serving import Served, block, served
from tests.web.browsing import chromium, faults, violations
from tests.web.desks import a_round
from xlassess.web.team.accounts import Accounts
from xlassess.web.team.doors import COOKIE

PASSWORD = "lamp river orange"
FROM_HERE = {"sec-fetch-site": "same-origin"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A team's folder with one assessment, and somebody in every role."""
    root = tmp_path_factory.mktemp("serving") / "team"
    root.mkdir()
    made = a_round(root.parent)
    shutil.move(made.root, root / "harbour")
    accounts = Accounts(root)
    accounts.create()
    for login, role in (("cora", "coordinator"), ("rea", "reader"), ("fay", "facilitator")):
        accounts.add(login, f"{login.title()} {role.title()}", role)  # type: ignore[arg-type]
        accounts.set_password(login, PASSWORD)
    return root


@pytest.fixture(scope="module")
def desk(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(root, tmp_path_factory.mktemp("n")) as running:
        yield running


@pytest.fixture
def outside(desk: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk.address, verify=False) as client:
        yield client


def log_in(client: httpx.Client, login: str, password: str = PASSWORD) -> httpx.Response:
    return client.post("/log-in", data={"login": login, "password": password}, headers=FROM_HERE)


@pytest.mark.clients("nginx")
def test_nginx__as_the_docs_set_it(desk: Served, outside: httpx.Client) -> None:
    assert outside.get("/healthz").text == "ok"
    assert outside.get("/a/harbour/").headers["location"] == "/log-in?next=%2Fa%2Fharbour%2F"
    answer = log_in(outside, "cora")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Small Partnership" in outside.get("/").text
    page = outside.get("/a/harbour/send?show=all")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"]
    assert "nginx" not in page.text


@pytest.mark.clients("nginx")
def test_nginx__plain_http_shows_nothing(desk: Served, outside: httpx.Client) -> None:
    """And gives no cookie: whoever listens would read it."""
    log_in(outside, "cora")
    cookie = {COOKIE: outside.cookies[COOKIE]}
    answer = httpx.get(f"{desk.plain}/a/harbour/", cookies=cookie)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{desk.address}/")
    said = httpx.post(f"{desk.plain}/log-in", data={"login": "cora", "password": PASSWORD})
    assert "set-cookie" not in said.headers


@pytest.mark.clients("nginx")
def test_nginx__another_host_is_refused(outside: httpx.Client) -> None:
    log_in(outside, "cora")
    answer = outside.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert "Small Partnership" not in answer.text


@pytest.mark.clients("nginx")
def test_nginx__a_made_up_address_does_not_count(desk: Served) -> None:
    statuses = []
    for number in range(6):
        forged = {"x-forwarded-for": f"10.1.1.{number}", "x-forwarded-proto": "http"}
        with httpx.Client(base_url=desk.address, verify=False, headers=forged) as client:
            statuses.append(log_in(client, "rea", "wrong").status_code)
    assert statuses == [422] * 5 + [429]
    refused = [line for line in desk.lines if line["event"] == "log-in refused"]
    assert {line["address"] for line in refused} == {"127.0.0.1"}


@pytest.mark.thorough
@pytest.mark.clients("nginx")
def test_serve__stops_when_it_is_told_to(root: Path, tmp_path: Path) -> None:
    with served(root, tmp_path) as running:
        with httpx.Client(base_url=running.address, verify=False) as client:
            log_in(client, "cora")
            value = client.cookies[COOKIE]
        assert running.stop() == 0
        assert not (tmp_path / "desk.sock").exists()
        assert [line["event"] for line in running.lines][-1] == "stopped"
    with served(root, tmp_path) as again:  # people stay logged in
        answer = httpx.get(f"{again.address}/", cookies={COOKIE: value}, verify=False)
        assert answer.status_code == 200


# ---- in the browser -----------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def entered(page: Page, desk: Served, login: str) -> None:
    page.goto(f"{desk.address}/a/harbour/")
    page.get_by_label("Name or e-mail address").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.thorough
@pytest.mark.clients("nginx", "chromium", "axe")
def test_pages__can_be_used_by_everybody(browser: Browser, desk: Served, root: Path) -> None:
    token = Accounts(root).invite("fay")
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    looked = []

    def look() -> None:
        looked.append(page.title())
        assert faults(page, (360, 1366)) == [], page.title()

    for path in ("/log-in", f"/invitation/{token}", "/invitation/x"):
        page.goto(f"{desk.address}{path}")
        look()
    page.goto(f"{desk.address}/log-in")
    page.get_by_role("button", name="Log in").click()
    look()
    entered(page, desk, "cora")
    page.get_by_role("heading", name="Where the round stands").wait_for()
    for path in ("/a/harbour/", "/", "/account", "/account?done=password", "/log-out", "/nothing",
                 "/begin", "/a/harbour/begin/settings"):  # fmt: skip
        page.goto(f"{desk.address}{path}")
        look()
    page.goto(f"{desk.address}/log-out")
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("You are logged out.").wait_for()
    look()
    entered(page, desk, "fay")
    page.locator("[data-again]").wait_for(state="detached")
    page.wait_for_load_state()
    look()
    for path in ("/a/harbour/register", "/a/harbour/plan/workshop"):
        page.goto(f"{desk.address}{path}")
        page.locator("[data-again]").wait_for(state="detached")
        page.wait_for_load_state()
        look()
    context.close()
    assert len(looked) == 16


@pytest.mark.clients("nginx", "chromium")
def test_team__works_without_javascript_and_by_keyboard(browser: Browser, desk: Served) -> None:
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.address}/a/harbour/plan")
    page.get_by_label("Name or e-mail address").focus()
    page.keyboard.type("cora")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Action plan").wait_for()
    (cookie,) = [one for one in context.cookies() if one["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    page.get_by_role("link", name="Cora Coordinator").click()
    page.get_by_role("heading", name="Your account").wait_for()
    context.close()


@pytest.mark.clients("nginx", "chromium", "axe")
def test_team__is_told_before_the_session_ends(browser: Browser, desk: Served) -> None:
    """And whoever types keeps it: WCAG 2.2, 2.2.1."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.clock.install()
    entered(page, desk, "cora")
    page.get_by_role("heading", name="Where the round stands").wait_for()
    other = context.new_page()
    other.goto(page.url)
    page.clock.fast_forward("54:00")
    assert page.get_by_role("alert").count() == 0
    page.clock.fast_forward("02:00")
    page.get_by_role("alert").get_by_text("logged out in five minutes").wait_for()
    assert violations(page) == []
    other.get_by_role("alert").get_by_text("logged out in five minutes").wait_for()
    page.get_by_role("button", name="Stay logged in").click()
    page.get_by_role("alert").wait_for(state="detached")
    page.clock.run_for("00:11")
    other.get_by_role("alert").wait_for(state="detached")  # the session is that of both tabs
    context.clear_cookies()
    page.clock.fast_forward("01:01:00")
    page.get_by_role("alert").get_by_text("You are logged out").wait_for()
    context.close()


@pytest.mark.clients("nginx", "chromium")
def test_team__followed_from_a_message_the_link_opens_the_page(
    browser: Browser, desk: Served
) -> None:
    """The cookie does not come along from another site; a page of ours asks again."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    entered(page, desk, "cora")
    page.get_by_role("heading", name="Where the round stands").wait_for()
    page.goto(f'data:text/html,<a href="{desk.address}/a/harbour/papers">See the papers</a>')
    page.get_by_role("link", name="See the papers").click()
    page.get_by_role("heading", name="Papers", exact=True).wait_for()
    context.close()


# ---- the files of the docs ------------------------------------------------------


def test_unit__is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = block("xlassess.service")
    lines = [line for line in unit.splitlines() if line and not line.startswith(("#", "["))]
    assert all("=" in line for line in lines)
    assert {"Type=exec", "KillMode=process", "NoNewPrivileges=yes"} <= set(lines)
    (started,) = [line for line in lines if line.startswith("ExecStart=")]
    assert "/xlassess serve" in started
    if verify := shutil.which("systemd-analyze"):
        there = unit.replace("/opt/xlassess/bin/xlassess", "/bin/true")
        (tmp_path / "xlassess.service").write_text(there, encoding="utf-8")
        told = subprocess.run(
            [verify, "verify", "--man=no", str(tmp_path / "xlassess.service")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "xlassess.service" not in told.stderr, told.stderr


def test_container__has_what_it_needs() -> None:
    lines = block("Containerfile").replace("\\\n", " ").splitlines()
    words = {line.split()[0] for line in lines if line}
    known = {"FROM", "RUN", "USER", "WORKDIR", "VOLUME", "ENV", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert words == known
    assert 'ENTRYPOINT ["xlassess"]' in lines
    assert lines.index("USER xlassess") > 0


@pytest.mark.thorough
@pytest.mark.clients("caddy")
def test_caddy__takes_the_file(tmp_path: Path) -> None:
    from tests.clients.programs import need

    (tmp_path / "Caddyfile").write_text(block("Caddyfile"), encoding="utf-8")
    told = subprocess.run(
        [str(need("caddy")), "adapt", "--config", str(tmp_path / "Caddyfile")],
        capture_output=True, text=True, timeout=60, check=False,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert '"dial":"127.0.0.1:8000"' in told.stdout
