"""``xlassess users``: who may log in, in which role; passwords are asked for and never shown."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("argon2", reason="install xlassess[team]")

from argon2 import PasswordHasher

from tests.services.small import a_folder
from xlassess.cli.app import cli
from xlassess.web.team import passwords
from xlassess.web.team.accounts import FILE, Accounts

LONG = "lamp river orange"


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobodys.cache_clear()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A team's folder with one assessment, and another of a programme that lies deeper."""
    a_folder(tmp_path / "team" / "harbour")
    a_folder(tmp_path / "team" / "north" / "quay")
    (tmp_path / "team" / "programme.yaml").write_text(
        "title: Ours\npartnerships:\n  - folder: harbour\n  - folder: north/quay\n"
        "  - folder: ../elsewhere\n",
        encoding="utf-8",
    )
    a_folder(tmp_path / "elsewhere")
    return tmp_path / "team"


def run(root: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["users", *words, "-C", str(root)], input=typed)


def roles(root: Path) -> dict[str, dict[str, str]]:
    told = json.loads(run(root, "list", "--json").stdout)
    return {one["login"]: one["roles"] for one in told["users"]}


def add(root: Path, login: str = "ada@council.example", *more: str) -> Result:
    return run(root, "add", login, "--name", f"Name of {login}", "--role", "reader", *more)


def test_add__prints_a_link_that_opens_the_account(root: Path) -> None:
    result = add(root, "Ada@Council.example", "--host-name", "desk.council.example")
    assert result.exit_code == 0, result.output
    (link,) = [line for line in result.stdout.splitlines() if line.startswith("https://")]
    host, _, token = link.removeprefix("https://").partition("/invitation/")
    assert host == "desk.council.example"
    accounts = Accounts(root)
    invited = accounts.invited(token)
    assert invited is not None
    assert invited.login == "ada@council.example"
    assert accounts.file == root / FILE
    assert accounts.file.stat().st_mode & 0o777 == 0o600


def test_role__of_all_and_of_one(root: Path) -> None:
    add(root)
    assert run(root, "role", "ada@council.example", "coordinator").exit_code == 0
    for place in ("harbour", "north/quay"):
        words = ("role", "ada@council.example", "facilitator", "--assessment", place)
        assert run(root, *words).exit_code == 0
    assert roles(root)["ada@council.example"] == {
        "": "coordinator", "harbour": "facilitator", "north~quay": "facilitator",
    }  # fmt: skip
    run(root, "role", "ada@council.example", "none", "--assessment", "harbour")
    assert "harbour" not in roles(root)["ada@council.example"]
    for nowhere in ("elsewhere", "../elsewhere", "north", "."):
        words = ("role", "ada@council.example", "reader", "--assessment", nowhere)
        assert run(root, *words).exit_code == 2


def test_password__is_asked_for_and_not_shown(root: Path) -> None:
    add(root)
    result = run(root, "password", "ada@council.example", typed=f"{LONG}\n{LONG}\n")
    assert result.exit_code == 0, result.output
    assert LONG not in result.output
    assert Accounts(root).right("ada@council.example", LONG) is not None
    weak = run(root, "password", "ada@council.example", typed="password1234\npassword1234\n")
    assert weak.exit_code == 2
    assert Accounts(root).right("ada@council.example", LONG) is not None


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaaaaaa", "123451234512345", "password12345",
                 "ada@council.example", "adaname12345"],
)  # fmt: skip
def test_password__that_is_guessed_first_is_refused(password: str) -> None:
    assert passwords.fault_in(password, "ada@council.example", "Name of Ada")


@pytest.mark.parametrize(
    "password", [LONG, "correct horse battery", "Zwölf Boxkämpfer!", "x7#kQ9$mW2!pL"]
)
def test_password__that_is_long_does(password: str) -> None:
    assert passwords.fault_in(password, "ada@council.example", "Name of Ada") == ""
    assert passwords.holds(passwords.keep(password), password)


def test_password__however_a_keyboard_composes_it() -> None:
    assert passwords.holds(passwords.keep("caf\u00e9 river lamp"), "cafe\u0301 river lamp")


def test_remove__ends_the_account_and_keeps_its_name(root: Path) -> None:
    add(root)
    accounts = Accounts(root)
    accounts.set_password("ada@council.example", LONG)
    value = accounts.begin("ada@council.example", "")
    assert run(root, "remove", "ada@council.example").exit_code == 0
    assert accounts.session(value) is None
    assert accounts.right("ada@council.example", LONG) is None
    assert roles(root) == {}
    words = ("add", "other", "--name", "NAME  of ada@council.example", "--role", "reader")
    refused = run(root, *words)
    assert refused.exit_code == 2
    assert "There was an account ada@council.example" in refused.stderr
    assert "users invite" not in refused.stderr  # which there is nobody for
    assert add(root).exit_code == 0
    assert accounts.right("ada@council.example", LONG) is None


def test_role__no_access_to_one_comes_before_the_role_in_all(root: Path) -> None:
    add(root)
    login, accounts = "ada@council.example", Accounts(root)
    value = accounts.begin(login, "")
    told = run(root, "role", login, "no-access", "--assessment", "north/quay")
    assert told.stdout.strip() == f"Name of {login}: reader, no access to north/quay."
    ada = accounts.named(login)
    assert (ada.role_in("north~quay"), ada.role_in("harbour")) == (None, "reader")
    assert accounts.session(value) is None
    (listed,) = json.loads(run(root, "list", "--json").stdout)["users"]
    assert (listed["roles"], listed["kept_out"]) == ({"": "reader"}, ["north~quay"])
    assert run(root, "role", login, "none", "--assessment", "north/quay").exit_code == 0
    assert accounts.named(login).role_in("north~quay") == "reader"
    refused = run(root, "role", login, "no-access")
    assert refused.exit_code == 2
    assert "--assessment" in refused.stderr


def test_add__a_removed_account_comes_back_under_its_own_name_alone(root: Path) -> None:
    """Another would free the first, under which somebody's decisions are on record."""
    add(root)
    run(root, "remove", "ada@council.example")
    refused = run(root, "add", "ada@council.example", "--name", "Bo", "--role", "reader")
    assert refused.exit_code == 2
    assert "was that of Name of ada@council.example" in refused.stderr
    words = ("add", "bo", "--name", "Name of ada@council.example", "--role", "reader")
    assert run(root, *words).exit_code == 2
    assert roles(root) == {}


@pytest.mark.parametrize(
    ("login", "name"),
    [("", "A"), ("a b", "A"), ("ä", "A"), ("x" * 81, "A"), ("ok1", ""), ("ok2", "x" * 81),
     ("ok3", "a\u202eb"), ("ok4", "a\x1b[1mb"), ("../x", "A")],
)  # fmt: skip
def test_add__names_that_cannot_be_used(root: Path, login: str, name: str) -> None:
    result = run(root, "add", "--name", name, "--role", "reader", "--", login)
    assert result.exit_code == 2


def test_account__that_is_none(root: Path) -> None:
    assert run(root, "list").exit_code == 2
    add(root)
    for words in (("role", "bo", "reader"), ("remove", "bo"), ("invite", "bo"), ("password", "bo")):
        result = run(root, *words)
        assert result.exit_code == 2
        assert "There is no account bo." in result.stderr
    assert add(root).exit_code == 2


def test_folder__that_is_an_assessment_holds_no_accounts(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "harbour")
    assert add(folder.root).exit_code == 2
    assert not (folder.root / FILE).exists()


def test_serve__of_what_cannot_be_served(root: Path, tmp_path: Path) -> None:
    def serve(place: Path, *words: str) -> int:
        return CliRunner().invoke(cli, ["serve", "-C", str(place), *words]).exit_code

    assert serve(root) == 2  # no name of a host
    assert serve(root, "--host-name", "desk.example") == 2  # no accounts
    assert serve(root / "harbour", "--host-name", "desk.example") == 2
    assert serve(tmp_path / "nothing", "--host-name", "desk.example") == 2
    add(root)
    for name in ("https://desk.example", "desk.example/x", "a b", "", "desk.example:x", "-"):
        assert serve(root, "--host-name", name) == 2
    assert serve(root, "--host-name", "desk.example", "--socket", str(tmp_path / "no" / "s")) == 3


def test_serve__leaves_the_process_as_it_was(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is told of a fault of somebody's own program was a team's line ever after."""
    import uvicorn

    from xlassess.web.faults import BRIEFLY
    from xlassess.web.kept import KEPT

    def state() -> tuple[object, ...]:
        log = logging.getLogger()
        return KEPT.most, os.environ.get(BRIEFLY), tuple(log.handlers), log.level

    during: list[tuple[object, ...]] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: during.append(state()))
    add(root)
    before = state()
    words = ["serve", "-C", str(root), "--host-name", "desk.example", "--socket"]
    assert CliRunner().invoke(cli, [*words, str(tmp_path / "s")]).exit_code == 0
    assert during[0][1] == "1"
    assert all(held != was for held, was in zip(during[0][:3], before[:3], strict=True))
    assert state() == before


def test_team__without_its_packages_says_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = run(root, "list")
    assert result.exit_code == 3
    assert 'pip install "xlassess[team]"' in result.stderr
