"""What ``xlassess toolkits`` shows."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.console.out import Out
from xlassess.console.text import count
from xlassess.desk.authoring import Exported, Imported
from xlassess.desk.places import shown
from xlassess.desk.toolkits import Listed, choices_in_words, rule_in_words
from xlassess.model.toolkit import Section, Toolkit


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
