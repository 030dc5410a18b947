"""The fields of a report in words: for docs/report-template.md and for the console.

``python -m xlassess.consolidate.report.docs > docs/report-template.md`` writes the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from xlassess.consolidate.report.fields import NAMES, Report, fields_of

_HEAD = """\
# Report templates

`xlassess report` fills in a Word file, the template. To have reports look like your own papers,
take a copy of ours and edit it in Word:

```sh
xlassess report --save-template ours.docx
xlassess report --template ours.docx
```

Fonts, colours, headings, page, header and footer are yours to change; so is every word that does
not stand between braces. Change styles (Heading 1, Table text and so on) rather than single
paragraphs.

## What stands between braces

{marks}

A field that does not exist is an error that names those that do. Whatever people wrote is shown
as it is and never read as a mark. Word sometimes breaks a mark up when it is edited letter by
letter; type it anew in one go if a report fails near it. The marks are those of
[docxtpl](https://docxtpl.readthedocs.io/) and [Jinja](https://jinja.palletsprojects.com/).

What there is to show follows from `attribution` in `assessment.yaml`, as in the summary: a
template cannot show what the summary withholds.

## The fields
"""

_MARKS = (
    (
        "{{ partnership }}",
        "shows a field; a field of something else is named with a dot, as in `{{ point.why }}`",
    ),
    (
        "{%p for toolkit in toolkits %} ... {%p endfor %}",
        "repeats the paragraphs between, once for each; each mark stands in a paragraph of its "
        "own, which disappears",
    ),
    (
        "{%p if toolkit.figures %} ... {%p endif %}",
        "leaves the paragraphs between out where there is nothing to show",
    ),
    (
        "{%tr for action in actions %} ... {%tr endfor %}",
        "repeats rows of a table; each mark stands in a row of its own",
    ),
    (
        "{%tc for cell in row.cells %} ... {%tc endfor %}",
        "repeats cells of a row; each mark stands in a cell of its own",
    ),
    (
        "{{ toolkit.picture }}",
        "places a picture at its natural width, with its text for screen readers",
    ),
    ("{{ toolkit.picture | width(120) }}", "the same, 120 mm wide"),
)


def page() -> str:
    """Return the whole page as Markdown."""
    marks = [f"| `{mark}` | {about} |".replace(" | width", " \\| width") for mark, about in _MARKS]
    head = _HEAD.replace("{marks}", "\n".join(("| Mark | What it does |", "| --- | --- |", *marks)))
    return "\n".join((head, *_tables()))


def _tables() -> Iterator[str]:
    for record, name in NAMES.items():
        yield from (f"### {_title(record)}", "", "| Field | What it holds |", "| --- | --- |")
        for path, about in _rows(record, name):
            yield f"| `{path}` | {about} |"
        yield ""


def field_lines() -> Iterator[tuple[str, str]]:
    """Yield every field: how it is named in a template, and what it holds."""
    for record, name in NAMES.items():
        yield from _rows(record, name)


def _rows(record: type, name: str) -> Iterator[tuple[str, str]]:
    for field in fields_of(record):
        about = field.about
        if field.record is not None:
            about += f" (see `{NAMES[field.record]}`)"
        yield f"{name}.{field.name}" if name else field.name, about


def _title(record: type) -> str:
    """Where one of these is found, with the name it has in our template."""
    if record is Report:
        return "The report"
    owners = [
        f"`{NAMES[owner]}.{field.name}`" if NAMES[owner] else f"`{field.name}`"
        for owner in NAMES
        for field in fields_of(owner)
        if field.record is record
    ]
    own = f"`{NAMES[record]}`"
    return own if owners == [own] else f"{own}, in {', '.join(owners)}"


if __name__ == "__main__":
    sys.stdout.write(page())
