"""The Word template of the report as it comes with xlassess.

``python -m xlassess.consolidate.report.template templates/report.docx`` builds the template
anew, always to the same bytes. An organisation may edit a copy of it in Word, or have its own;
docs/report-template.md lists the fields.
"""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlassess.consolidate.report.blocks import (
    columns_of,
    field,
    fill,
    heading_row,
    listed,
    right_tab,
    table_of,
    tag_row,
    tags,
    text_of,
    unbroken,
    with_next,
)
from xlassess.consolidate.report.styles import MARGIN, TABLE, TEXT_WIDTH, TILES, set_styles

if TYPE_CHECKING:
    from docx.document import Document

_MADE = datetime(2026, 1, 1)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time given to the parts of the file: the earliest a zip file can hold."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def steady(content: bytes) -> bytes:
    """Return a Word file with the times of its parts taken out: the same words, the same bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, source.read(name))
    return out.getvalue()


def template() -> bytes:
    """Return the template."""
    document = new_document()
    _head(document)
    _toolkits(document)
    _actions(document)
    _responses(document)
    _comments(document)
    _method(document)
    running(document, "{{ partnership }}", "{{ marking }}", "{{ title }}")
    facts = document.core_properties
    facts.author = facts.last_modified_by = "xlassess"
    facts.title, facts.comments, facts.keywords = "Report template", "", ""
    facts.created = facts.modified = _MADE
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


def new_document() -> Document:
    """Return an empty document with our page and styles."""
    import docx

    document = docx.Document()
    _page(document)
    set_styles(document)
    _modern(document)
    return document


def _page(document: Document) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(MARGIN)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def _modern(document: Document) -> None:
    """Have Word open the report as its own format, and drop parts only older ones look at."""
    settings = document.settings.element
    settings.find(f"{_W}zoom").set(f"{_W}percent", "100")
    for mode in settings.iter(f"{_W}compatSetting"):
        if mode.get(f"{_W}name") == "compatibilityMode":
            mode.set(f"{_W}val", "15")
    for links in (document.part.package.rels, document.part.rels):
        for name, link in list(links.items()):
            if link.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del links[name]


def _head(document: Document) -> None:
    text_of(document, "{{ partnership }}", "Title")
    text_of(document, "{{ title }}", "Subtitle")
    text_of(document, "{{ subtitle }}", "Note")
    text_of(document, "**{{ headings.coordinator }}**\t{{ coordinator }}", "Fact")
    text_of(
        document,
        "**{{ headings.toolkits }}**\t"
        "{% for toolkit in toolkits %}{{ toolkit.title }}{{ '; ' if not loop.last }}{% endfor %}",
        "Fact",
    )


def _toolkits(document: Document) -> None:
    tags(document, "for toolkit in toolkits", "if loop.first")
    text_of(document, "{{ toolkit.title }}", "Heading 1")
    tags(document, "else")
    text_of(document, "{{ toolkit.title }}", "Heading 1", new_page=True)
    tags(document, "endif")
    # In the order of the summary's page one: what was found, what is asked, then the reasons.
    text_of(document, "{{ toolkit.headline }}", "Lead")
    _to_decide(document)
    tags(document, "if toolkit.picture")
    # What the picture says is its heading: one that names its kind would stand alone on a page.
    text_of(document, "{{ toolkit.picture.caption }}", "Heading 2")
    tags(document, "if toolkit.legend")
    text_of(document, "{{ toolkit.legend }}", "Note", keep=True)
    tags(document, "endif")
    text_of(document, "{{ toolkit.picture }}", "Picture")
    tags(document, "endif")
    _moved(document)
    _points(document, "toolkit.concerns_title", "toolkit.concerns")
    _points(document, "toolkit.strengths_title", "toolkit.strengths")
    _points(document, "toolkit.disagreements_title", "toolkit.disagreements")
    _scenario(document)
    _rests_on(document)
    tags(document, "if toolkit.figures")
    text_of(document, "{{ headings.figures }}", "Heading 2")
    text_of(document, "{{ toolkit.figures_note }}", "Note", keep=True)
    _figures(document)
    tags(document, "endif")
    tags(document, "for picture in toolkit.further")
    text_of(document, "{{ picture.caption }}", "Heading 2")
    text_of(document, "{{ picture }}", "Picture")
    tags(document, "endfor", "endfor")


def _moved(document: Document) -> None:
    """What moved since last time."""
    tags(document, "if toolkit.trend")
    text_of(document, "{{ toolkit.trend_title }}", "Heading 2")
    tags(document, "for said in toolkit.trend")
    text_of(document, "{{ said }}")
    tags(document, "endfor", "if toolkit.trend_picture")
    text_of(document, "{{ toolkit.trend_picture.caption }}", "Caption")
    text_of(document, "{{ toolkit.trend_picture }}", "Picture")
    tags(document, "endif", "endif")


def _to_decide(document: Document) -> None:
    """What the committee is asked to decide."""
    tags(document, "if toolkit.decisions")
    text_of(document, "{{ headings.decisions }}", "Heading 2")
    tags(document, "for decision in toolkit.decisions")
    text_of(document, "{{ loop.index }}.\t{{ decision }}", "Decision")
    tags(document, "endfor", "endif")


def _rests_on(document: Document) -> None:
    """What was assessed with what, who answered, and what to bear in mind."""
    text_of(document, "{{ headings.rests_on }}", "Heading 2")
    text_of(document, "{{ toolkit.context }}")
    _tiles(document)
    text_of(document, "{{ toolkit.caution }}", "Note")


def _scenario(document: Document) -> None:
    """The scenario that planning goes by, and why."""
    tags(document, "if toolkit.scenario")
    text_of(document, "{{ headings.scenario }}", "Heading 2")
    tags(document, "if toolkit.scenario_rule")
    text_of(document, "**{{ toolkit.scenario }}**", keep=True)
    text_of(document, "{{ toolkit.scenario_rule }} {{ toolkit.scenario_advice }}")
    tags(document, "else")
    text_of(document, "{{ toolkit.scenario }}")
    tags(document, "endif", "endif")


def _points(document: Document, heading: str, points: str) -> None:
    tags(document, f"if {points}")
    text_of(document, f"{{{{ {heading} }}}}", "Heading 2")
    tags(document, f"for point in {points}", "if point.what")
    text_of(document, "**{{ point.what }}**  {{ point.why }}", "List Bullet")
    tags(document, "else")
    text_of(document, "{{ point.why }}")
    tags(document, "endif", "endfor", "endif")


def _tiles(document: Document) -> None:
    table = table_of(document, TILES, (TEXT_WIDTH / 4,) * 4, 2, "Response")
    for place in range(4):
        fill(table.cell(0, place), f"{{{{ toolkit.tiles[{place}].value }}}}", "Tile figure")
        fill(table.cell(1, place), f"{{{{ toolkit.tiles[{place}].label }}}}", "Tile label")
    for row in table.rows:
        unbroken(row)


def _figures(document: Document) -> None:
    """The table of figures, with as many columns as there are headings."""
    widths = (62.0, *((TEXT_WIDTH - 62.0) / 3,) * 3)
    table = table_of(document, TABLE, widths, 1 + 3 * len(_ROWS), "Figures by section", fixed=False)
    columns_of(table.rows[0], "toolkit.figures.name", "toolkit.figures.headings", "Table heading")
    heading_row(table.rows[0])
    for first, (many, strong, kept) in zip(range(1, 3 * len(_ROWS), 3), _ROWS, strict=True):
        tag_row(table.rows[first], f"for row in {many}")
        columns_of(table.rows[first + 1], "row.name", "row.cells", "Table text", strong)
        if kept:
            with_next(table.rows[first + 1])
        tag_row(table.rows[first + 2], "endfor")


_TOTALS = "toolkit.figures.totals"
_ROWS = (
    (f"(toolkit.figures.rows if {_TOTALS} else toolkit.figures.rows[:-1])", "", True),
    (f"(() if {_TOTALS} else toolkit.figures.rows[-1:])", "", False),
    (f"{_TOTALS}[:-1]", "**", True),
    (f"{_TOTALS}[-1:]", "**", False),
)
"""What the rows of figures are of, whether in bold, and whether the next stays on their page: all
but the last, so that no total begins a page alone."""


def _actions(document: Document) -> None:
    text_of(document, "{{ headings.actions }}", "Heading 1", new_page=True)
    text_of(document, "{{ actions_note }}", "Note", keep=True)
    tags(document, "if actions")
    told = (
        "{{ action.who }}{{ ' · ' if action.who and action.item }}{{ action.item }}"
        "{% if toolkits|length > 1 %}{{ ' · ' if action.who or action.item }}"
        "{{ action.toolkit }}{% endif %}"
    )
    listed(
        document, "Action plan", ("headings.action_columns", (22, 52, 28, 22, 27, 19)),
        "action in actions",
        (
            (("{{ action.when }}", "Table text"),),
            (("{{ action.action }}", "Table text"), (told, "Table note")),
            (("{{ action.owner }}", "Table text"),),
            (("{{ action.deadline }}", "Table text"),),
            (("{{ action.measure }}", "Table text"),),
            (("{{ action.progress }}{% if action.overdue %}, {% endif %}**{{ action.overdue }}**",
              "Table text"),),
        ),
    )  # fmt: skip
    tags(document, "endif")
    _earlier(document)


def _earlier(document: Document) -> None:
    """What came of the actions that earlier rounds agreed on."""
    tags(document, "if earlier")
    text_of(document, "{{ headings.earlier }}", "Heading 2")
    text_of(document, "{{ earlier_note }}", "Note", keep=True)
    listed(
        document, "Actions of earlier rounds",
        ("headings.earlier_columns", (20, 43, 27, 25, 19, 36)), "promise in earlier",
        (
            (("{{ promise.number }}", "Table text"),),
            (("{{ promise.action }}", "Table text"),),
            (("{{ promise.owner }}", "Table text"),),
            (("{{ promise.deadline }}", "Table text"), ("{{ promise.moved }}", "Table note")),
            (("{{ promise.state }}", "Table text"), ("{{ promise.on_time }}", "Table note")),
            (("{{ promise.said }}", "Table text"),),
        ),
    )  # fmt: skip
    tags(document, "endif")


def _responses(document: Document) -> None:
    text_of(document, "{{ headings.responses }}", "Heading 1")
    text_of(document, "{{ responses_note }}", "Note", keep=True)
    figures = [((f"{{{{ rate.cells[{n}] }}}}", "Table figure"),) for n in range(6)]
    listed(
        document, "Response rates",
        ("headings.rate_columns", (56, 17, 19, 22, 20, 18, 18)), "rate in rates",
        ((("{{ rate.toolkit }}", "Table text"),), *figures),
    )  # fmt: skip
    tags(document, "if register", "for rate in rates")
    text_of(document, "{{ rate.toolkit }}", "Heading 2")
    shown = [((f"{{{{ entry.cells[{n}] }}}}", "Table text"),) for n in range(5)]
    listed(
        document, "Returns by partner",
        ("headings.register_columns", (44, 33, 29, 21, 23, 20)),
        "entry in register if entry.toolkit == rate.toolkit",
        (*shown, (("{{ entry.cells[5] }}", "Table figure"),)),
    )  # fmt: skip
    tags(document, "endfor", "endif")


def _comments(document: Document) -> None:
    text_of(document, "{{ headings.comments }}", "Heading 1")
    text_of(document, "{{ comments_note }}", "Note", keep=True)
    tags(document, "for section in comments")
    text_of(
        document,
        "{% if section.toolkit %}{{ section.toolkit }}: {% endif %}{{ section.name }}",
        "Heading 2",
    )
    tags(document, "for item in section.items")
    text_of(document, "{{ item.name }}", "Heading 3")
    tags(document, "for comment in item.comments")
    tags(document, "if comment.by")
    text_of(document, "“{{ comment.text }}”", "Quote with source")
    text_of(document, "{{ comment.by }}", "Attribution")
    tags(document, "else")
    text_of(document, "“{{ comment.text }}”", "Quote")
    tags(document, "endif", "endfor", "endfor", "endfor")


def _method(document: Document) -> None:
    text_of(document, "{{ headings.method }}", "Heading 1")
    text_of(document, "{{ method_note }}", "Note", keep=True)
    tags(document, "for part in method")
    text_of(document, "{{ part.heading }}", "Heading 2")
    tags(document, "for topic in part.topics")
    text_of(document, "**{{ topic.name }}.**  {{ topic.text }}")
    tags(document, "endfor", "endfor")
    text_of(document, "{{ made_with }}", "Note")


def running(document: Document, partnership: str, marking: str, title: str) -> None:
    """Partnership and marking at the head of every page, title and page number at its foot."""
    section = document.sections[0]
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        right_tab(paragraph)
    head.add_run(f"{partnership}\t")
    head.add_run(marking).bold = True
    foot.add_run(f"{title}\t")
    foot.add_run(marking).bold = True
    foot.add_run("   Page ")
    field(foot, "PAGE")
    foot.add_run(" of ")
    field(foot, "NUMPAGES")


def main() -> None:
    """Write the template to the file named on the command line."""
    Path(sys.argv[1]).write_bytes(template())


if __name__ == "__main__":
    main()
