"""The commands under ``toolkits``: which there are, what is in one, and writing one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from xlassess.cli.frame import AS_JSON, Setting, common, here_or_in, out
from xlassess.cli.output import Out, count
from xlassess.model.toolkit import Section, Toolkit
from xlassess.services.opening import shown
from xlassess.services.toolkits import Exported, Imported, Listed, choices_in_words, rule_in_words


def listing(out: Out, found: Sequence[Listed]) -> None:
    """Show the toolkits that can be used."""
    rows = [
        [
            entry.toolkit.id,
            entry.toolkit.title + (" (this folder's own)" if entry.own else ""),
            str(len(entry.toolkit.all_sections)),
            str(entry.items),
            rule_in_words(entry.toolkit),
        ]
        for entry in found
    ]
    heads = ("Toolkit", "Title", "Sections", "Items", "Scoring")
    out.table(heads, rows, numbers=(2, 3), wraps=(1,))
    out.gap()
    out.say("What is asked, and by which rules it is scored: xlassess toolkits show ID")


def details(out: Out, toolkit: Toolkit) -> None:
    """Show one toolkit: where it comes from, its sections, scales and scoring."""
    out.say(f"{toolkit.title} ({toolkit.id}, version {toolkit.version})", style="head")
    out.gap()
    out.say(toolkit.about)
    out.heading("Source")
    out.say(toolkit.source)
    out.say(toolkit.rights)
    out.heading("Sections")
    out.gap()
    rows = [_section(toolkit, section) for section in toolkit.all_sections]
    out.table(("Sheet", "Section", "Items", "Scored"), rows, numbers=(2,), wraps=(1,))
    out.heading("Response scales")
    for name, scale in toolkit.scales.items():
        out.say(f"{scale.title}: {'; '.join(choices_in_words(toolkit, name))}", indent=2)
        if scale.addition:
            out.say(scale.addition, indent=4)
    out.heading("Scoring")
    out.say(f"{rule_in_words(toolkit).capitalize()}. {toolkit.scoring.source}")
    for band in toolkit.scoring.bands:
        span = f"{band.low:g}" if band.low == band.high else f"{band.low:g} to {band.high:g}"
        out.say(f"{span}: {band.name}. {band.reading}", indent=2)
    if toolkit.scoring.no_overall_because:
        out.say(toolkit.scoring.no_overall_because)


def _section(toolkit: Toolkit, section: Section) -> list[str]:
    scored = sum(toolkit.is_scored(section, item) for item in section.items)
    return [section.tab, section.title, str(len(section.items)), str(scored) if scored else "no"]


def sound(out: Out, toolkit: Toolkit) -> None:
    """Say that a toolkit file is in order."""
    items = sum(1 for _ in toolkit.items())
    sections = count(len(toolkit.all_sections), "section")
    out.say(
        f"In order: {toolkit.title}, version {toolkit.version}, "
        f"{sections}, {count(items, 'item')}.",
        style="good",
    )


def exported(out: Out, result: Exported) -> None:
    """Say where the workbook is and what to do with it."""
    toolkit, path = result.toolkit, shown(result.path)
    if result.written == "same":
        out.say(f"{path} holds {toolkit.title} as it is already.")
        return
    out.say(f"{toolkit.title}, version {toolkit.version}, is in {path}.", style="head")
    out.say("Its first sheet says how to edit it. When you are done, save and close it, and run:")
    out.say(f"xlassess toolkits import {path}", indent=2)


def imported(out: Out, result: Imported) -> None:
    """Say where the toolkit file is and how to use it."""
    toolkit, path = result.toolkit, shown(result.path)
    if result.written == "same":
        out.say(f"Nothing to change: {path} holds this toolkit already.")
        return
    sound(out, toolkit)
    out.say(f"Written to {path}.")
    if result.written == "replaced":
        out.say("The file that was there is kept in the folder replaced beside it.")
    if result.covers:
        out.say(
            f"In this assessment it is used in place of the {toolkit.id} that comes with xlassess."
        )
    elif result.found_by_folder:
        out.say(f"To use it, name {toolkit.id} under toolkits in assessment.yaml.")
    else:
        out.say(
            "To use it, put the file into the folder toolkits of an assessment and name "
            f"{toolkit.id} in its assessment.yaml."
        )


_REPLACE = click.option(
    "--replace", is_flag=True, help="Put another file of that name aside, into a folder replaced."
)


@click.group(invoke_without_command=True)
@AS_JSON
@common
@click.pass_context
def toolkits(ctx: click.Context, as_json: bool) -> None:
    """List, show, check, reword toolkits; alone it lists them."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Setting), as_json)


@toolkits.command("list")
@AS_JSON
@common
@click.pass_obj
def list_(setting: Setting, as_json: bool) -> None:
    """List the toolkits that can be used, the folder's own among them."""
    _list(setting, as_json)


def _list(setting: Setting, as_json: bool) -> None:
    from xlassess.cli import as_json as machine
    from xlassess.services import toolkits as desk

    found = desk.toolkits(setting.root)
    if as_json:
        click.echo(machine.dumps(machine.toolkits(found)))
    else:
        listing(out(), found)


@toolkits.command()
@click.argument("toolkit_id", metavar="ID")
@AS_JSON
@common
@click.pass_obj
def show(setting: Setting, toolkit_id: str, as_json: bool) -> None:
    """Show what toolkit ID asks, where it comes from, and how it is scored."""
    from xlassess.cli import as_json as machine
    from xlassess.services import toolkits as desk

    found = desk.toolkit(setting.root, toolkit_id)
    if as_json:
        click.echo(machine.dumps(machine.toolkit(found)))
    else:
        details(out(), found)


@toolkits.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@common
@click.pass_obj
def check(setting: Setting, file: Path) -> None:
    """Check a toolkit file or workbook.

    Every mistake is named with its line or cell; also when questions changed and the version
    did not.
    """
    from xlassess.services import toolkits as desk

    sound(out(), desk.check(setting.root, here_or_in(setting.root, file)))


@toolkits.command()
@click.argument("toolkit_id", metavar="ID")
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@_REPLACE
@common
@click.pass_obj
def export(setting: Setting, toolkit_id: str, file: Path, replace: bool) -> None:
    """Write toolkit ID as a workbook to edit.

    In it a toolkit can be reworded, or one of your own be begun.
    """
    from xlassess.services import toolkits as desk

    exported(out(), desk.export_book(setting.root, toolkit_id, file, replace=replace))


@toolkits.command("import")
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the toolkit file into DIR, not among the assessment's own toolkits.",
)
@_REPLACE
@common
@click.pass_obj
def import_(setting: Setting, file: Path, to: Path | None, replace: bool) -> None:
    """Read a toolkit from an edited workbook.

    It is written as a toolkit file, toolkits/ID.yaml. Every mistake is named with its sheet and
    cell; nothing is written until all is in order.
    """
    from xlassess.services import toolkits as desk

    book = here_or_in(setting.root, file)
    imported(out(), desk.import_book(setting.root, book, to=to, replace=replace))


@toolkits.command()
def schema() -> None:
    """Print the JSON Schema of toolkit files.

    With it, editors complete and check YAML as you type.
    """
    from xlassess.cli import as_json as machine
    from xlassess.services import toolkits as desk

    click.echo(machine.dumps(desk.schema()))
