"""``xlassess users``: the accounts of a team's desk."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, get_args

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.options import AS_JSON, Options, common, needs_team
from xlassess.model.errors import UsageError

if TYPE_CHECKING:
    from xlassess.web.request.security import Role
    from xlassess.web.team.accounts import Account, Accounts

_ROLES = ("coordinator", "reader", "facilitator")
_ROLE = click.Choice(_ROLES)
_NONE, _KEPT_OUT = "none", "no-access"
_HOST = click.option(
    "--host-name", metavar="NAME", envvar="XLASSESS_HOST_NAME", default="",
    help="The name at which browsers reach the desk, for the link.",
)  # fmt: skip
_WHERE = click.option(
    "--assessment", default="", metavar="FOLDER",
    help="The assessment's folder, for a role in this one alone. The default is every assessment.",
)  # fmt: skip


@click.group()
def users() -> None:
    """Say who may log in to a team's desk, and in which role.

    A coordinator sees and decides everything. A reader sees everything and can save it, and changes
    nothing. A facilitator sees the summary and the workshop in figures only, without names. All
    commands work in the folder that holds the assessments.
    """


@users.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as it is to stand in the record.")
@click.option("--role", type=_ROLE, required=True, help="What they may do.")
@_WHERE
@_HOST
@common
@click.pass_obj
def add(
    options: Options, login: str, *, name: str, role: str, assessment: str, host_name: str
) -> None:
    """Add an account, and print the link with which its owner chooses a password.

    LOGIN is what they type to log in, for example their e-mail address.
    """
    accounts = _accounts(options)
    key = _known(accounts, assessment)
    accounts.create()
    account = accounts.add(login, name, _role(role), key)
    _tell_link(accounts, account, host_name, f"Added {account.name}.")


@users.command("list")
@AS_JSON
@common
@click.pass_obj
def list_(options: Options, as_json: bool) -> None:
    """List the accounts, with their roles."""
    accounts = _accounts(options).all()
    if as_json:
        told = [
            {"login": one.login, "name": one.name, "roles": dict(one.roles),
             "kept_out": sorted(one.kept_out), "has_password": one.has_password}
            for one in accounts
        ]  # fmt: skip
        click.echo(dumps({"format": "xlassess-users/1", "users": told}))
        return
    out = Console()
    rows = [
        (one.login, one.name, _in_words(one), "" if one.has_password else "no password yet")
        for one in accounts
    ]
    if rows:
        out.table(("Log-in", "Name", "Role", ""), rows)
    else:
        out.say("There are no accounts.")


@users.command()
@click.argument("login")
@click.argument("role", type=click.Choice((*_ROLES, _NONE, _KEPT_OUT)))
@_WHERE
@common
@click.pass_obj
def role(options: Options, login: str, role: str, assessment: str) -> None:
    """Give an account another role. It is logged out everywhere.

    With --assessment, the role holds in this one; "none" takes it away again, so that the role in
    all holds there. "no-access" keeps them out of this one, whatever their role in all.
    """
    accounts = _accounts(options)
    key = _known(accounts, assessment)
    if role == _KEPT_OUT:
        if not key:
            raise UsageError(
                f"{_KEPT_OUT} is about one assessment.",
                f"Name it with --assessment. {_NONE} takes the role in all away.",
            )
        accounts.keep_out(login, key)
    else:
        accounts.give(login, None if role == _NONE else _role(role), key)
    account = accounts.named(login)
    Console().say(f"{account.name}: {_in_words(account) or 'sees nothing'}.")


@users.command()
@click.argument("login")
@common
@click.pass_obj
def remove(options: Options, login: str) -> None:
    """Remove an account, for example when somebody leaves. It is logged out everywhere.

    What its owner decided stays on record under their name.
    """
    accounts = _accounts(options)
    account = accounts.named(login)
    accounts.remove(login)
    Console().say(f"{account.name} can no longer log in. What they decided stays on record.")


@users.command()
@click.argument("login")
@_HOST
@common
@click.pass_obj
def invite(options: Options, login: str, host_name: str) -> None:
    """Print a new link with which the owner of an account chooses a password.

    For whoever has forgotten it. The password that there is holds until the link is used.
    """
    accounts = _accounts(options)
    _tell_link(accounts, accounts.named(login), host_name, "")


@users.command()
@click.argument("login")
@common
@click.pass_obj
def password(options: Options, login: str) -> None:
    """Set the password of an account; it is asked for, and not shown.

    Better let its owner choose one: xlassess users invite LOGIN.
    """
    accounts = _accounts(options)
    account = accounts.named(login)
    given = click.prompt(
        f"The new password of {account.name}", hide_input=True, confirmation_prompt=True
    )
    accounts.set_password(login, given)
    Console().say(f"The password of {account.name} is set. They are logged out everywhere.")


def _accounts(options: Options) -> Accounts:
    needs_team()
    from xlassess.web.team.accounts import Accounts
    from xlassess.web.team.places import check_folder

    check_folder(options.root)
    return Accounts(options.root)


def _role(text: str) -> Role:
    from xlassess.web.request.security import Role

    return next(one for one in get_args(Role) if one == text)


def _known(accounts: Accounts, assessment: str) -> str:
    """The key of an assessment that somebody named.

    Raises:
        UsageError: there is none in the folder.
    """
    from xlassess.web.team.places import folder_of, folders_of, key_of, places_in

    if not assessment:
        return ""
    wanted = key_of(PurePosixPath(assessment.strip("/")))
    keys = [one.key for one in places_in(accounts.root, folders_of(accounts.root))]
    if wanted not in keys:
        raise UsageError(
            f"There is no assessment {assessment} in this folder.",
            f"There are: {', '.join(map(folder_of, keys)) or 'none'}.",
        )
    return wanted


def _in_words(account: Account) -> str:
    from xlassess.web.team.places import folder_of

    roles = [
        f"{role} in {folder_of(key)}" if key else role
        for key, role in sorted(account.roles.items())
    ]
    return ", ".join(
        [*roles, *(f"no access to {folder_of(key)}" for key in sorted(account.kept_out))]
    )


def _tell_link(accounts: Accounts, account: Account, host_name: str, first: str) -> None:
    from xlassess.web.team.proxy import public_place

    host = public_place(host_name).host if host_name else "HOST"
    token = accounts.invite(account.login)
    out = Console()
    if first:
        out.say(first, style="head")
    out.say(f"Send this link to {account.name}, and to nobody else. It holds for a week, once:")
    out.gap()
    click.echo(f"https://{host}/invitation/{token}")
    if not host_name:
        out.gap()
        out.say("Write the name at which browsers reach the desk in place of HOST.")
