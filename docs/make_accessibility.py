"""Write docs/accessibility.md: each rule of accessibility, and the tests that hold it.

Run ``python docs/make_accessibility.py``. A test says which rules it holds in its mark,
``@pytest.mark.holds("AF1", "MS2")``. A rule that no test holds must say why.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "accessibility.md"

AF = "Analysis Function: Making spreadsheets accessible, a brief checklist of the basics"
MS = "Microsoft: Rules for the Accessibility Checker, as far as they apply to Excel"
ALSO = "Ours besides"


class Rule(NamedTuple):
    """A rule: its number here, where it stands, what it asks, and what is to be said of it.

    ``essential`` is the publication's own mark. ``apart`` says why a rule is not followed, or does
    not apply; ``note`` what else a reader should know.
    """

    number: str
    source: str
    asks: str
    essential: bool = False
    apart: str = ""
    note: str = ""


RULES: tuple[Rule, ...] = (
    Rule("AF1", AF, "Tables are marked up as tables.", True, note=(
        "In summaries, as Excel's own tables. Question sheets of workbooks are locked, and Excel "
        "cannot extend or filter a table on a locked sheet: there the names that screen readers "
        "look for (TitleRegion) mark tables.")),
    Rule("AF2", AF, "Tables have meaningful names."),
    Rule("AF3", AF, "No merged or split cells, no nested tables.", True, note=(
        "None on the sheets of summaries. In workbooks paragraphs above a table may be merged, "
        "never its cells.")),
    Rule("AF4", AF, "No blank rows or columns within tables.", True),
    Rule("AF5", AF, "Each table has one marked row of headings, all different.", True),
    Rule("AF6", AF, "Text wraps within cells.", True, note=(
        "But for the Data sheet, which has a line for each answer; long answers stand in full on "
        "the Comments sheet.")),
    Rule("AF7", AF, "Filters and frozen panes are avoided.", apart=(
        "Not followed: with 300 returns nobody finds an answer without filters. Panes are frozen "
        "only over one table, so that its own headings stay in sight.")),
    Rule("AF8", AF, "Cells without data are empty only where that is explained.", True, note=(
        "A figure that is not there is a dash; one that is withheld says so. Empty are answers "
        "and remarks that nobody gave.")),
    Rule("AF9", AF, "No hidden rows or columns.", note=(
        "In a toolkit written out for Excel, columns that nothing fills are folded away; a button "
        "above them opens them.")),
    Rule("AF10", AF, "Columns are of a sensible width."),
    Rule("AF11", AF, "No symbols or superscript lead to notes.", True, note=(
        "There are no footnotes: what is to be said of a figure stands in the note at the head of "
        "its sheet.")),
    Rule("AF12", AF, "The word “note” leads to notes; they have a sheet of their own.", apart=(
        "Not applicable: there are no footnotes. Rules and exclusions stand on the Method sheet.")),
    Rule("AF13", AF, "Links say where they lead.", True),
    Rule("AF14", AF, "Text is in a plain font and large enough."),
    Rule("AF15", AF, "Each sheet has a title that says what it holds.", True),
    Rule("AF16", AF, "Symbols are avoided.", note=(
        "The dash for \u201cno figure\u201d is explained on the Method sheet.")),
    Rule("AF17", AF, "No headers, footers, text boxes or floating bars.", True, apart=(
        "Followed but for headers and footers: committees need the protective marking, and page x "
        "of y, on every page. What stands there also stands on the sheets.")),
    Rule("AF18", AF, "No pictures or patterns divide the data.", note=(
        "Thin lines below cells are the only division.")),
    Rule("AF19", AF, "No background fill.", apart=(
        "Not followed: cells that take an answer, and headings, have a pale or a dark ground. Its "
        "contrast is tested (AF21), and words say the same.")),
    Rule("AF20", AF, "Colour is never the only way in which something is said.", True),
    Rule("AF21", AF, "Colours have contrast enough.", True),
    Rule("AF22", AF, "Pictures are avoided.", note=(
        "There are charts, each with words in its place and a table of its figures.")),
    Rule("AF23", AF, "No macros."),
    Rule("AF24", AF, "Sheets have names of their own.", True),
    Rule("AF25", AF, "No blank sheets.", True),
    Rule("AF26", AF, "Cell A1 holds what the sheet begins with.", True),
    Rule("AF27", AF, "Tables stand at the left edge.", True, note=(
        "But for the table on page one of a summary, which stands beside the paragraphs, so that "
        "all is on one page.")),
    Rule("AF28", AF, "Nothing stands below a table.", apart=(
        "Not followed where a sheet has charts or a second table: they stand below the first.")),
    Rule("AF29", AF, "One table a sheet.", apart=(
        "Not followed where two tables are read together, such as totals and single returns.")),
    Rule("AF30", AF, "Spelling is checked.", True, apart=(
        "No test: every text is in templates/ and toolkits/, and is read when it is changed. What "
        "partners write is theirs.")),
    Rule("AF31", AF, "The accessibility checker is run.", apart=(
        "Not by a test: it runs in Excel alone. Its rules are below, with tests of their own.")),
    Rule("AF32", AF, "The document's properties name it.", True),
    Rule("AF33", AF, "The cursor stands in A1 of the first sheet.", True),
    Rule("MS1", MS, "Error: everything that is not text has words in its place."),
    Rule("MS2", MS, "Error: tables say which row has the headings."),
    Rule("MS3", MS, "Error: the file may be read by all (no rights management).", apart=(
        "Not applicable: files are never restricted. Locked cells of workbooks can be selected and "
        "read.")),
    Rule("MS4", MS, "Warning: tables are simple, without merged or split cells."),
    Rule("MS5", MS, "Warning: text stands out from its ground."),
    Rule("MS6", MS, "Warning: links and sheets have names that say something."),
    Rule("MS7", MS, "Warning: no number is told to be negative by red alone."),
    Rule("MS8", MS, "Tip: no blank rows or columns are used for layout.", note=(
        "Empty rows stand between blocks of a page that is printed, never in tables.")),
    Rule("MS9", MS, "Tip: closed captions and reading order of slides.", apart=(
        "Not applicable to Excel.")),
    Rule("X1", ALSO, "Screen readers find the headings of cells by name, also after a re-save."),
    Rule("X2", ALSO, "Objects are reached by the tab key in the order in which they are read."),
    Rule("X3", ALSO, "Cells that take an answer say what is wanted."),
    Rule("X4", ALSO, "Headings stay in sight, and are printed on every page of a long table."),
    Rule("X5", ALSO, "Printed text can be read: nine points in the committee's pages."),
)  # fmt: skip


def held() -> Mapping[str, list[str]]:
    """Return by rule the tests that hold it, each as a path and a name.

    Raises:
        ValueError: a test names a rule that there is not.
    """
    found: dict[str, list[str]] = defaultdict(list)
    known = {rule.number for rule in RULES}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            for number in _marked(node):
                if number not in known:
                    raise ValueError(f"{path}: {node.name} holds {number}, which is no rule")
                found[number].append(f"`{path.relative_to(ROOT / 'tests')}`: {_words(node.name)}")
    return found


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("__", ", ").replace("_", " ")


def _marked(node: ast.FunctionDef) -> Iterator[str]:
    """Yield the rules in the mark of a test."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.holds":
            yield from (ast.literal_eval(each) for each in mark.args)


HEAD = """# Accessibility

What xlassess does so that everybody can read, print and fill in its workbooks. Each rule is here
with the tests that hold it: over every sheet of partners' and query workbooks, summaries, the
register, and toolkits written out for Excel. The rules are in our words; the publications decide.

This page is written by `python docs/make_accessibility.py` from the tests themselves.
"""


def page() -> str:
    """Return the page as the tests are now.

    Raises:
        ValueError: a rule has neither a test nor a reason.
    """
    tests, lines = held(), [HEAD]
    for source in (AF, MS, ALSO):
        lines += [
            f"## {source}",
            "",
            "| | Rule | Holds | Held by, or why not |",
            "|---|---|---|---|",
        ]
        for rule in RULES:
            if rule.source == source:
                lines.append(_line(rule, tests.get(rule.number, [])))
        lines.append("")
    return "\n".join(lines)


def _line(rule: Rule, tests: list[str]) -> str:
    if not tests and not rule.apart:
        raise ValueError(f"{rule.number} has neither a test nor a reason: {rule.asks}")
    asks = f"{rule.asks} (essential)" if rule.essential else rule.asks
    said = [*([rule.apart] if rule.apart else ()), *([rule.note] if rule.note else ()), *tests]
    state = "yes" if not rule.apart else "not applicable"
    if rule.apart and not rule.apart.startswith("Not applicable"):
        state = "in part" if tests else "no"
    return f"| {rule.number} | {asks} | {state} | {'<br>'.join(said)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
