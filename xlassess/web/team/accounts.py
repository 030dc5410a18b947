"""Accounts of a team: who may log in, in which role, and who is logged in, in one private file.

Passwords are kept as argon2 hashes; invitations and sessions as hashes of what opens them. So
whoever reads the file can be nobody with it.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.assessment.slugs import tidy
from xlassess.model.errors import UsageError, XlassessError, as_argument, as_place
from xlassess.web.request.security import Role, digest_of
from xlassess.web.team import passwords
from xlassess.web.team.roles import ROLES

FILE = "team.db"
"""The file in the team's folder."""

EVERY = ""
"""Stands for every assessment where a role is given."""

_KEPT_OUT = "no access"
"""Stands in place of a role where somebody is kept out of an assessment."""

IDLE_SECONDS, LONGEST_SECONDS = 60 * 60, 24 * 60 * 60
"""A session ends after so long without a request, and so long after it began. Nobody has to be
warned of what comes after more than 20 hours (WCAG 2.2, 2.2.1)."""

INVITED_SECONDS = 7 * 24 * 60 * 60
"""So long an invitation can be taken up."""

_TOUCH_SECONDS = 60.0
"""That a session is in use is written down no more often than this."""

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")
_LONGEST_NAME = 80
_BUSY_SECONDS, _TOUCH_WAIT_SECONDS = 5.0, 0.2
"""So long it is waited for others who write: to read or write, and to write that a session is in
use, which the next request can do as well."""

_SCHEMA = """
create table if not exists account (
  login text primary key, name text not null, name_key text not null unique,
  password text not null default '', removed integer not null default 0
);
create table if not exists role (
  login text not null, assessment text not null, role text not null,
  primary key (login, assessment)
);
create table if not exists invitation (digest blob primary key, login text not null, until real);
create table if not exists session (
  digest blob primary key, login text not null, begun real not null, seen real not null,
  browser text not null
);
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in: under which name, in which role for which assessment.

    ``kept_out`` are the assessments that the account may not see although it has a role in all.
    ``has_password`` is false until an invitation is taken up.
    """

    login: str
    name: str
    roles: Mapping[str, Role]
    has_password: bool = False
    kept_out: frozenset[str] = frozenset()

    def role_in(self, assessment: str) -> Role | None:
        """Return the role in an assessment; nothing where the account may not see it."""
        if assessment in self.kept_out:
            return None
        return self.roles.get(assessment, self.roles.get(EVERY))


@dataclass(frozen=True, slots=True)
class LogIn:
    """A session: whose it is, when it began and was last used, and in which browser."""

    account: Account
    mark: str
    begun: float
    seen: float
    browser: str


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the team that has this folder.

    Args:
        root: the team's folder.
        clock: the present moment, in seconds since 1970.
    """

    root: Path
    clock: Callable[[], float] = field(default=time.time)

    @property
    def file(self) -> Path:
        """Where they are kept."""
        return self.root / FILE

    def create(self) -> None:
        """Make the file where there is none, readable by its owner alone."""
        with _told(self.file):
            os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
            self.file.chmod(0o600)
        with self._open() as base:
            base.executescript(_SCHEMA)

    # ---- accounts -----------------------------------------------------------

    def add(self, login: str, name: str, role: Role, assessment: str = EVERY) -> Account:
        """Add an account, or bring one back that was removed; it has no password yet.

        One comes back under its own name: another would free that, which is on record.

        Raises:
            UsageError: there is one already, or the names cannot be used.
        """
        login, name = _fit_login(login), _fit_name(name)
        key = name.casefold()
        with self._open() as base:
            held = base.execute(
                "select login, removed, name from account where login = ? or name_key = ? "
                "order by login = ? desc", (login, key, login),
            ).fetchall()  # fmt: skip
            if any(not removed or one != login for one, removed, _ in held):
                taken, removed, _ = held[0]
                again = f" To give {taken} a new link: xlassess users invite {as_argument(taken)}"
                raise UsageError(
                    f"There {'was' if removed else 'is'} an account {taken} with this name.",
                    "Choose other names: what is on record under a name is one person's."
                    + ("" if removed else again),
                )
            if held and held[0][2].casefold() != key:
                raise UsageError(
                    f"The account {login} was that of {held[0][2]}, and was removed.",
                    "Bring it back under this name, or choose another log-in name.",
                )
            base.execute("insert or replace into account (login, name, name_key) values (?, ?, ?)",
                         (login, name, key))  # fmt: skip
            base.execute("insert into role values (?, ?, ?)", (login, assessment, role))
        return self.named(login)

    def all(self) -> tuple[Account, ...]:
        """Return every account, by login."""
        with self._open() as base:
            return tuple(_accounts(base))

    def named(self, login: str) -> Account:
        """Return an account.

        Raises:
            UsageError: there is none of this name.
        """
        wanted = login.strip().casefold()
        found = next((one for one in self.all() if one.login == wanted), None)
        if found is None:
            raise UsageError(f"There is no account {wanted}.", "xlassess users list shows them.")
        return found

    def give(self, login: str, role: Role | None, assessment: str = EVERY) -> None:
        """Give an account a role, or take it away; its sessions end.

        Raises:
            UsageError: there is no such account.
        """
        self._put(login, assessment, role or "")

    def keep_out(self, login: str, assessment: str) -> None:
        """Keep an account out of an assessment, whatever its role in all; its sessions end.

        Giving it a role there, or none, ends that.

        Raises:
            UsageError: there is no such account.
        """
        self._put(login, assessment, _KEPT_OUT)

    def _put(self, login: str, assessment: str, kept: str) -> None:
        whose = (self.named(login).login, assessment)
        with self._open() as base:
            base.execute("delete from role where login = ? and assessment = ?", whose)
            if kept:
                base.execute("insert into role values (?, ?, ?)", (*whose, kept))
            _end(base, whose[0])

    def remove(self, login: str) -> None:
        """Take an account away; its name stays taken, as it is on record.

        Raises:
            UsageError: there is no such account.
        """
        login = self.named(login).login
        with self._open() as base:
            base.execute("update account set removed = 1, password = '' where login = ?", (login,))
            base.execute("delete from role where login = ?", (login,))
            base.execute("delete from invitation where login = ?", (login,))
            _end(base, login)

    # ---- passwords and invitations ------------------------------------------

    def set_password(self, login: str, password: str) -> None:
        """Give an account a password; its sessions and invitations end.

        Raises:
            UsageError: there is no such account, or the password does not do.
        """
        account = self.named(login)
        kept = _kept(account, password)
        with self._open() as base:
            _keep_password(base, account.login, kept)

    def invite(self, login: str) -> str:
        """Return what opens the page on which a password is chosen, once; earlier ones end.

        Raises:
            UsageError: there is no such account.
        """
        login, token = self.named(login).login, secrets.token_urlsafe(32)
        with self._open() as base:
            base.execute("delete from invitation where login = ?", (login,))
            base.execute("insert into invitation values (?, ?, ?)",
                         (digest_of(token), login, self.clock() + INVITED_SECONDS))  # fmt: skip
        return token

    def invited(self, token: str) -> Account | None:
        """Return who is invited by this; nothing where it was used, or too long ago."""
        with self._open() as base:
            found = base.execute("select login from invitation where digest = ? and until > ?",
                                 (digest_of(token), self.clock())).fetchone()  # fmt: skip
            return next((one for one in _accounts(base) if found and one.login == found[0]), None)

    def take_up(self, token: str, password: str) -> None:
        """Give somebody who was invited the password that they chose; the invitation ends.

        Raises:
            UsageError: the invitation does not hold any more, or the password does not do.
        """
        gone = UsageError("This link was used before, or is too old.", "Ask for a new one.")
        account = self.invited(token)
        if account is None:
            raise gone
        kept = _kept(account, password)
        with self._open() as base:
            used = base.execute("delete from invitation where digest = ?", (digest_of(token),))
            if not used.rowcount:
                raise gone
            _keep_password(base, account.login, kept)

    def right(self, login: str, password: str) -> Account | None:
        """Return the account that a password opens. Where there is none, it takes as long."""
        wanted = login.strip().casefold()
        with self._open() as base:
            found = base.execute(
                "select password from account where login = ? and not removed", (wanted,)
            ).fetchone()
        kept = str(found[0]) if found else ""
        if not passwords.holds(kept, password):
            return None
        if passwords.is_outdated(kept):
            with self._open() as base:
                base.execute("update account set password = ? where login = ? and password = ?",
                             (passwords.keep(password), wanted, kept))  # fmt: skip
        return next((one for one in self.all() if one.login == wanted), None)

    # ---- sessions -----------------------------------------------------------

    def begin(self, login: str, browser: str) -> str:
        """Begin a session, and return the value that its cookie has; nothing else knows it."""
        value, now = secrets.token_urlsafe(32), self.clock()
        with self._open() as base:
            base.execute("delete from session where seen <= ? or begun <= ?",
                         (now - IDLE_SECONDS, now - LONGEST_SECONDS))  # fmt: skip
            base.execute("delete from invitation where until <= ?", (now,))
            base.execute("insert into session values (?, ?, ?, ?, ?)",
                         (digest_of(value), login, now, now, tidy(browser)[:200]))  # fmt: skip
        return value

    def session(self, value: str, *, in_use: bool = True) -> LogIn | None:
        """Return the session that a cookie opens; nothing where it is none, or has ended.

        Args:
            value: of the cookie.
            in_use: whether this counts as use, which keeps it from ending.
        """
        if not value:
            return None
        now, digest = self.clock(), digest_of(value)
        with self._open() as base:
            found = base.execute(
                "select login, begun, seen, browser from session "
                "where digest = ? and seen > ? and begun > ?",
                (digest, now - IDLE_SECONDS, now - LONGEST_SECONDS),
            ).fetchone()
            whose = next((one for one in _accounts(base) if found and one.login == found[0]), None)
        if whose is None:
            return None
        if in_use and now - found[2] > _TOUCH_SECONDS:
            with suppress(_BusyError), self._open(_TOUCH_WAIT_SECONDS) as base:
                base.execute("update session set seen = ? where digest = ?", (now, digest))
        return LogIn(whose, digest.hex(), *found[1:])

    def check(self) -> None:
        """Look whether the accounts can be used; so they can while somebody else writes to them.

        Raises:
            XlassessError: they cannot be read.
        """
        with suppress(_BusyError), self._open(0) as base:
            base.execute("select 1 from session limit 1")

    def sessions(self, login: str) -> tuple[LogIn, ...]:
        """Return the sessions of an account, the one that began last first."""
        now = self.clock()
        with self._open() as base:
            account = next((one for one in _accounts(base) if one.login == login), None)
            rows = base.execute(
                "select digest, begun, seen, browser from session where login = ? and seen > ? "
                "and begun > ? order by begun desc",
                (login, now - IDLE_SECONDS, now - LONGEST_SECONDS),
            ).fetchall()
        return tuple(LogIn(account, row[0].hex(), *row[1:]) for row in rows) if account else ()

    def end(self, login: str, mark: str = "") -> None:
        """End a session of an account; all of them, where none is named.

        Args:
            login: the account.
            mark: the session's.
        """
        with self._open() as base:
            _end(base, login, mark)

    @contextmanager
    def _open(self, wait: float = _BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction, and wait so many seconds for others who write.

        Raises:
            XlassessError: it cannot be read or written.
        """
        with _told(self.file):
            if not self.file.exists():
                raise UsageError(
                    f"There are no accounts in {as_place(self.root)}.",
                    "Add the first one: xlassess users add LOGIN --name NAME --role coordinator",
                )
            if os.name == "posix" and self.file.stat().st_mode & 0o077:
                self.file.chmod(0o600)  # a copy that was put back may have others' rights
            with closing(sqlite3.connect(self.file, timeout=wait)) as base, base:
                yield base


def _kept(account: Account, password: str) -> str:
    if wrong := passwords.fault_in(password, account.login, account.name):
        raise UsageError(wrong)
    return passwords.keep(password)


def _keep_password(base: sqlite3.Connection, login: str, kept: str) -> None:
    base.execute("update account set password = ? where login = ?", (kept, login))
    base.execute("delete from invitation where login = ?", (login,))
    _end(base, login)


def _end(base: sqlite3.Connection, login: str, mark: str = "") -> None:
    also = (" and digest = ?", (bytes.fromhex(mark),)) if mark else ("", ())
    base.execute(f"delete from session where login = ?{also[0]}", (login, *also[1]))  # noqa: S608 - no text of others


def _accounts(base: sqlite3.Connection) -> Iterator[Account]:
    roles: dict[str, dict[str, Role]] = {}
    kept_out: dict[str, set[str]] = {}
    for login, assessment, role in base.execute("select login, assessment, role from role"):
        if role in ROLES:
            roles.setdefault(login, {})[assessment] = role
        elif assessment != EVERY:  # also what a later xlassess knows and this one does not
            kept_out.setdefault(login, set()).add(assessment)
    rows = base.execute("select login, name, password <> '' from account where not removed"
                        " order by login")  # fmt: skip
    for login, name, has_password in rows.fetchall():
        yield Account(login, name, roles.get(login, {}), bool(has_password),
                      frozenset(kept_out.get(login, ())))  # fmt: skip


class _BusyError(XlassessError):
    """Somebody else wrote to the accounts for as long as it was waited."""


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        raise (_BusyError if busy else XlassessError)(
            f"The file with the accounts, {file}, cannot be used ({error}).",
            "Check that whoever runs this may read and write it, and its folder.",
        ) from None


def _fit_login(login: str) -> str:
    given = login.strip().casefold()
    if not _LOGIN.fullmatch(given):
        raise UsageError(
            f"“{given}” cannot be used to log in.",
            "Use an e-mail address, or 2 to 80 of the letters a to z, digits and . _ - @ +",
        )
    return given


def _fit_name(name: str) -> str:
    given = tidy(name)
    if not given or len(given) > _LONGEST_NAME or not given.isprintable():
        raise UsageError(
            "This name cannot be used.",
            f"Write the person's name as it is to stand in the record, in at most {_LONGEST_NAME} "
            "characters.",
        )
    return given
