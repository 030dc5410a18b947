"""``xlassess toolkits``: which there are, what is in one, and writing one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.options import AS_JSON, Options, common, here_or_in, shown
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.model.toolkit import Section, Toolkit
    from xlassess.services.setup.toolkits import ExportedToolkit, ImportedToolkit, ListedToolkit

_REPLACE = click.option(
    "--replace",
    is_flag=True,
    help="Replace a file of the same name. The old file is moved to a folder named replaced.",
)


@click.group(invoke_without_command=True)
@AS_JSON
@common
@click.pass_context
def toolkits(ctx: click.Context, as_json: bool) -> None:
    """List, show, check and edit toolkits.

    Without a command it lists them.
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Options), as_json)


@toolkits.command("list")
@AS_JSON
@common
@click.pass_obj
def list_(options: Options, as_json: bool) -> None:
    """List the toolkits you can use, including your own in this folder."""
    _list(options, as_json)


def _list(options: Options, as_json: bool) -> None:
    from xlassess.services.setup import toolkits as service

    found = service.toolkits(options.root)
    if as_json:
        click.echo(dumps(_list_as_json(found)))
    else:
        _show_list(Console(), found)


@toolkits.command()
@click.argument("toolkit_id", metavar="ID")
@AS_JSON
@common
@click.pass_obj
def show(options: Options, toolkit_id: str, as_json: bool) -> None:
    """Show what toolkit ID asks, where it comes from, and how it is scored."""
    from xlassess.services.setup import toolkits as service

    found = service.toolkit(options.root, toolkit_id)
    if as_json:
        click.echo(dumps(_details_as_json(found)))
    else:
        _show_details(Console(), found)


@toolkits.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@common
@click.pass_obj
def check(options: Options, file: Path) -> None:
    """Check a toolkit file or workbook.

    It lists every mistake with its line or cell. It also says if questions have changed but the
    version has not. It makes a workbook, so what passes here can be issued. Notes say what other
    programs would read differently.
    """
    from xlassess.services.setup import toolkits as service

    out, checked = Console(), service.check(options.root, here_or_in(options.root, file))
    _show_sound(out, checked.toolkit)
    for note in checked.notes:
        out.say(f"Note: {note}", style="note")


@toolkits.command()
@click.argument("toolkit_id", metavar="ID")
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@_REPLACE
@common
@click.pass_obj
def export(options: Options, toolkit_id: str, file: Path, replace: bool) -> None:
    """Write toolkit ID as a workbook that you can edit.

    Use it to reword a toolkit or to start one of your own.
    """
    from xlassess.services.setup import toolkits as service

    _show_exported(Console(), service.export_book(options.root, toolkit_id, file, replace=replace))


@toolkits.command("import")
@click.argument("file", metavar="FILE.xlsx", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the toolkit file into DIR instead of the assessment's own toolkits.",
)
@_REPLACE
@common
@click.pass_obj
def import_(options: Options, file: Path, to: Path | None, replace: bool) -> None:
    """Read a toolkit from an edited workbook.

    Writes the toolkit file, toolkits/ID.yaml. It lists every mistake with its sheet and cell, and
    writes nothing until there are none.
    """
    from xlassess.services.setup import toolkits as service

    book = here_or_in(options.root, file)
    _show_imported(Console(), service.import_book(options.root, book, to=to, replace=replace))


@toolkits.command()
def schema() -> None:
    """Print the JSON Schema of toolkit files.

    Text editors can use it to complete and check YAML as you type.
    """
    from xlassess.services.setup import toolkits as service

    click.echo(dumps(service.schema()))


def _show_list(out: Console, found: Sequence[ListedToolkit]) -> None:
    """Show the toolkits that can be used."""
    from xlassess.services.setup.toolkits import rule_in_words

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
    out.say("To see what a toolkit asks and how it is scored: xlassess toolkits show ID")


def _show_details(out: Console, toolkit: Toolkit) -> None:
    """Show one toolkit: where it comes from, its sections, scales and scoring."""
    from xlassess.services.setup.toolkits import choices_in_words, rule_in_words

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
    _show_compared(out, toolkit)
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
    scenarios = toolkit.action_plan.scenarios if toolkit.action_plan else ()
    if scenarios:
        out.heading("Scenarios")
        out.say("The limits by which a scenario is suggested are ours, not the publication's.")
    for scenario in scenarios:
        out.say(f"Scenario {scenario.id}, {scenario.title}: {scenario.when}", indent=2)


def _show_compared(out: Console, toolkit: Toolkit) -> None:
    """Say which items continue others of earlier versions, and which cannot be compared."""
    follow = [f"{item.id} follows {item.follows}" for item in toolkit.items() if item.follows]
    alone = [item.id for item in toolkit.items() if not item.comparable]
    if follow or alone:
        out.heading("Earlier versions")
    if follow:
        out.say(f"{'; '.join(follow)}.")
    if alone:
        out.say(f"Not comparable with earlier versions: {', '.join(alone)}.")


def _section(toolkit: Toolkit, section: Section) -> list[str]:
    scored = sum(toolkit.is_scored(section, item) for item in section.items)
    return [section.tab, section.title, str(len(section.items)), str(scored) if scored else "no"]


def _show_sound(out: Console, toolkit: Toolkit) -> None:
    """Say that a toolkit file is in order."""
    items = sum(1 for _ in toolkit.items())
    sections = count(len(toolkit.all_sections), "section")
    out.say(
        f"No mistakes in {toolkit.title}, version {toolkit.version}: "
        f"{sections}, {count(items, 'item')}.",
        style="good",
    )


def _show_exported(out: Console, result: ExportedToolkit) -> None:
    """Say where the workbook is and what to do with it."""
    toolkit, path = result.toolkit, shown(result.path)
    if result.written == "same":
        out.say(f"{path} already has {toolkit.title} as it is.")
        return
    out.say(f"{toolkit.title}, version {toolkit.version}, is in {path}.", style="head")
    out.say(
        "Its first sheet says how to edit it. When you have finished, save and close it, and run:"
    )
    out.say(f"xlassess toolkits import {as_argument(path)}", indent=2)


def _show_imported(out: Console, result: ImportedToolkit) -> None:
    """Say where the toolkit file is and how to use it."""
    toolkit, path = result.toolkit, shown(result.path)
    if result.written == "same":
        out.say(f"Nothing to change: {path} already has this toolkit.")
        return
    _show_sound(out, toolkit)
    out.say(f"Written to {path}.")
    if result.written == "replaced":
        out.say("The earlier file is now in the folder named replaced, next to it.")
    if result.covers:
        out.say(
            f"This assessment now uses it instead of the {toolkit.id} that comes with xlassess."
        )
    elif result.found_by_folder:
        out.say(f"To use it, add {toolkit.id} under toolkits in assessment.yaml.")
    else:
        out.say(
            "To use it, copy the file into the folder toolkits of an assessment, and add "
            f"{toolkit.id} under toolkits in its assessment.yaml."
        )


def _list_as_json(found: Sequence[ListedToolkit]) -> dict[str, Any]:
    """Return the toolkits that can be used."""
    return {
        "format": "xlassess-toolkits/1",
        "toolkits": [{**_toolkit(entry.toolkit), "own": entry.own} for entry in found],
    }


def _details_as_json(found: Toolkit) -> dict[str, Any]:
    """Return one toolkit with its sections and items."""
    return {
        "format": "xlassess-toolkit/1",
        **_toolkit(found),
        "about": found.about,
        "rights": found.rights,
        "contents": [
            {
                "id": section.id,
                "title": section.title,
                "sheet": section.tab,
                "items": [
                    {
                        "id": item.id,
                        "ask": item.ask,
                        "answer": item.answer,
                        "follows": item.follows,
                        "comparable": item.comparable,
                    }
                    for item in section.items
                ],
            }
            for section in found.all_sections
        ],
        "scales": {
            name: [
                {"code": choice.code, "label": choice.label, "score": choice.score}
                for choice in scale.choices
            ]
            for name, scale in found.scales.items()
        },
    }


def _toolkit(found: Toolkit) -> dict[str, Any]:
    return {
        "id": found.id,
        "version": found.version,
        "title": found.title,
        "publisher": found.publisher,
        "year": found.year,
        "source": found.source,
        "sections": len(found.all_sections),
        "items": sum(1 for _ in found.items()),
        "rule": found.scoring.rule,
    }
