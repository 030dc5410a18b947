"""``xlassess settings``: show the settings, change them, and who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, folder_of, now
from xlassess.model.errors import UsageError
from xlassess.services.common.phrases import moment

if TYPE_CHECKING:
    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.services.setup.change_settings import ChangedSettings
    from xlassess.services.setup.init import SettingsProblem


@click.command()
@click.argument("changes", metavar="[NAME=VALUE]...", nargs=-1)
@common
@click.pass_obj
def settings(options: Options, changes: tuple[str, ...]) -> None:
    """Show the settings of the round, or change them: marking=OFFICIAL-SENSITIVE.

    Give several toolkits with commas between, and nothing after the = to leave a field empty. A
    change is entered in assessment.yaml or round.yaml, in which remarks stay, and is on record.
    What is sealed into workbooks cannot be changed.
    """
    from xlassess.services.setup.change_settings import change_settings
    from xlassess.services.setup.settings_form import settings_now

    folder, out = folder_of(options), Console()
    if not changes:
        _show(folder, out)
        return
    there = {one.name: one for group in settings_now(folder) for one in group.settings}
    typed = dict(_pair(one) for one in changes)
    if unknown := [name for name in typed if name not in there]:
        raise UsageError(
            f"There is no setting {unknown[0]} here.", "xlassess settings shows their names."
        )
    was = {name: there[name].stands for name in typed}
    _tell(out, change_settings(folder, typed, was, now=now()))


def _pair(said: str) -> tuple[str, str]:
    name, mark, value = said.partition("=")
    if not mark:
        raise UsageError(f"{said} does not say what to change.", "Write it as NAME=VALUE.")
    return name.strip(), value.strip()


def _tell(out: Console, done: ChangedSettings | tuple[SettingsProblem, ...]) -> None:
    if isinstance(done, tuple):
        told = "; ".join(
            f"{one.field}: {one.message}" if one.field else one.message for one in done
        )
        raise UsageError(told, "Nothing was changed.")
    for name, (before, after) in done.changed.items():
        out.say(f"{name}: {before or 'nothing'} became {after or 'nothing'}")
    if not done.changed:
        out.say("Nothing was changed.")


def _show(folder: AssessmentFolder, out: Console) -> None:
    """Show what the settings are, what cannot be changed, and what was changed."""
    from xlassess.services.setup.change_settings import changed_in_words, changes
    from xlassess.services.setup.settings_form import settings_now

    for group in settings_now(folder):
        out.heading(group.title)
        out.gap()
        rows = [[one.name, one.stands or "-", one.fixed] for one in group.settings]
        out.table(("Name", "Now", "Why it cannot be changed"), rows, wraps=(1, 2))
    told = changes(folder)
    if told:
        out.heading("What was changed")
        out.gap()
        rows = [[moment(one.at), one.by, "; ".join(changed_in_words(one))] for one in told]
        out.table(("When", "By", "What"), rows, wraps=(2,))
    out.gap()
    out.say("To change one: xlassess settings NAME=VALUE")
