"""The commands under ``toolkits``: which there are, what is in one, and writing one's own."""

from __future__ import annotations

from pathlib import Path

import click

from xlassess.console.front import AS_JSON, Setting, common, here_or_in, out

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
    from xlassess.console import machine
    from xlassess.console import toolkits as reports
    from xlassess.desk import toolkits as desk

    found = desk.toolkits(setting.root)
    if as_json:
        click.echo(machine.dumps(machine.toolkits(found)))
    else:
        reports.listing(out(), found)


@toolkits.command()
@click.argument("toolkit_id", metavar="ID")
@AS_JSON
@common
@click.pass_obj
def show(setting: Setting, toolkit_id: str, as_json: bool) -> None:
    """Show what toolkit ID asks, where it comes from, and how it is scored."""
    from xlassess.console import machine
    from xlassess.console import toolkits as reports
    from xlassess.desk import toolkits as desk

    found = desk.toolkit(setting.root, toolkit_id)
    if as_json:
        click.echo(machine.dumps(machine.toolkit(found)))
    else:
        reports.details(out(), found)


@toolkits.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@common
@click.pass_obj
def check(setting: Setting, file: Path) -> None:
    """Check a toolkit file or workbook.

    Every mistake is named with its line or cell; also when questions changed and the version
    did not.
    """
    from xlassess.console import toolkits as reports
    from xlassess.desk import authoring as desk

    reports.sound(out(), desk.check(setting.root, here_or_in(setting.root, file)))


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
    from xlassess.console import toolkits as reports
    from xlassess.desk import authoring as desk

    reports.exported(out(), desk.export_book(setting.root, toolkit_id, file, replace=replace))


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
    from xlassess.console import toolkits as reports
    from xlassess.desk import authoring as desk

    book = here_or_in(setting.root, file)
    reports.imported(out(), desk.import_book(setting.root, book, to=to, replace=replace))


@toolkits.command()
def schema() -> None:
    """Print the JSON Schema of toolkit files.

    With it, editors complete and check YAML as you type.
    """
    from xlassess.console import machine
    from xlassess.desk import toolkits as desk

    click.echo(machine.dumps(desk.schema()))
