"""The report: a Word file made from a template and the story of a round.

Whatever people wrote is shown as words and nothing else: it is never read as markup of the
template or of the file, and characters a Word file cannot hold are left out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.report.blocks import AUTHOR, fit
from xlassess.consolidate.report.drawing import Drawn
from xlassess.consolidate.report.fields import NAMES, Report, fields_of
from xlassess.consolidate.report.story import report_of
from xlassess.consolidate.report.template import steady
from xlassess.consolidate.report.word_package import as_word_saves
from xlassess.model.errors import UsageError, XlassessError
from xlassess.sheet.saved import PACKAGE_FAULTS

if TYPE_CHECKING:
    from docxtpl import DocxTemplate
    from jinja2 import Environment

_FIELDS = "xlassess report --fields"
_NO_DOCUMENT = (KeyError, SyntaxError, AttributeError)
"""What python-docx and lxml raise over packages that hold something else, or damaged markup."""


def default_template() -> bytes:
    """Return the template that comes with xlassess."""
    return (files("xlassess.templates") / "report.docx").read_bytes()


def report_bytes(summary: Summary, template: bytes | None = None, name: str = "") -> bytes:
    """Return the report of a round as a Word file.

    Args:
        summary: the round.
        template: the Word template; None for the one that comes with xlassess.
        name: what the template is called in an error.

    Raises:
        UsageError: the template is not a Word file, or asks for what there is not.
        XlassessError: a package the report needs is not installed.
    """
    docx = _opened(default_template() if template is None else template, name or "The template")
    story = report_of(summary)
    context = {each.name: getattr(story, each.name) for each in fields(Report)}
    _render(docx, context, name or "The template")
    facts = docx.docx.core_properties
    facts.title, facts.author, facts.last_modified_by = fit(story.title), AUTHOR, AUTHOR
    facts.subject, facts.comments, facts.revision = fit(story.partnership), "", 1
    facts.created = facts.modified = summary.made_at.replace(microsecond=0, tzinfo=None)
    out = io.BytesIO()
    docx.docx.save(out)
    return steady(out.getvalue())


def untouched(content: bytes) -> bool:
    """True when a Word file is a report as we wrote it, which nobody has changed since."""
    import docx

    try:
        facts = docx.Document(io.BytesIO(content)).core_properties
        ours = facts.author == AUTHOR and facts.last_modified_by == AUTHOR
        return bool(ours and facts.revision == 1 and facts.created == facts.modified)
    except (*PACKAGE_FAULTS, *_NO_DOCUMENT):
        return False


def _opened(template: bytes, name: str) -> DocxTemplate:
    try:
        from docx.opc.exceptions import PackageNotFoundError

        kind = _long_template()
    except ImportError as error:
        raise XlassessError(
            f"A report needs the package {error.name}, which is not installed.",
            "Install xlassess anew with all it needs: pip install xlassess",
        ) from None
    try:
        opened = kind(io.BytesIO(as_word_saves(template)))
        opened.init_docx()
    except (PackageNotFoundError, *PACKAGE_FAULTS, *_NO_DOCUMENT):
        raise UsageError(
            f"{name} is not a Word file that can serve as a template.",
            "Save it in Word as “Word Document (.docx)”, not as one with macros.",
        ) from None
    return opened


_PARAGRAPH_ENDS = "</w:p>"
_DIVIDED = re.compile("[\t\a\n\f]")
"""What docxtpl makes tabs, lines, paragraphs and pages of."""


def _long_template() -> type[DocxTemplate]:
    """The class of a template that may be filled in with the comments of thousands."""
    from docxtpl import DocxTemplate

    class LongTemplate(DocxTemplate):  # type: ignore[misc]
        """Fills in the whole document, where docxtpl does its body.

        lxml takes longer to move a body of many paragraphs to another document than to read it.
        """

        def get_xml(self) -> str:
            return str(self.xml_to_string(self.docx._element))

        def map_tree(self, tree: Any) -> None:
            self.docx._part._element = tree

        def resolve_listing(self, xml: str) -> str:
            """Go through the runs of those paragraphs only in which there is something to do."""
            *whole, rest = xml.split(_PARAGRAPH_ENDS)
            resolved = super().resolve_listing
            return _PARAGRAPH_ENDS.join(
                resolved(each + _PARAGRAPH_ENDS).removesuffix(_PARAGRAPH_ENDS)
                if _DIVIDED.search(each)
                else each
                for each in whole
            ) + (_PARAGRAPH_ENDS + rest if whole else rest)

    return LongTemplate


def _render(docx: DocxTemplate, context: Mapping[str, Any], name: str) -> None:
    """Fill the template in, and say in words what is wrong with it."""
    from jinja2.exceptions import TemplateError, TemplateSyntaxError

    shown: set[str] = set()
    try:
        docx.render(dict(context), _environment(docx, shown), autoescape=True)
    except _MissingError as error:
        raise UsageError(
            f"{name} asks for the field “{error.field}”, which {error.whose} does not have.",
            f"It has: {', '.join(error.known)}. All fields are listed by: {_FIELDS}",
        ) from None
    except TemplateSyntaxError as error:
        near = " ".join(" ".join(getattr(error, "docx_context", ())).split())[:200]
        where = f", near “{near}”" if near else ""
        raise UsageError(
            f"{name} has a mistake between its braces: {error.message}{where}.",
            "Each {%p for ... %} needs an {%p endfor %} and each {%p if ... %} an {%p endif %}.",
        ) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UsageError(
            f"{name} cannot be filled in: {error}.",
            f"Fields and what they hold are listed by: {_FIELDS}",
        ) from None
    if shown.isdisjoint(context):
        raise UsageError(
            f"{name} names no field, so a report made from it would say nothing.",
            f"Write fields such as {{{{ title }}}} where they are to stand. To list all: {_FIELDS}",
        )


def _environment(docx: DocxTemplate, named: set[str]) -> Environment:
    """Where the template's tags are read: fields only, and nothing of Python within reach.

    Args:
        docx: the template being filled in.
        named: takes the names that the template asks for.
    """
    from jinja2.runtime import Context
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup, escape

    def shown(value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, Drawn):
            return Markup(_placed(docx, value))  # noqa: S704
        if isinstance(value, Markup):
            return value
        # Braces as entities, because docxtpl takes some pairs of them for its own marks.
        safe = str(escape(fit(str(value)))).replace("{", "&#123;").replace("}", "&#125;")
        return Markup(safe)  # noqa: S704

    environment = ImmutableSandboxedEnvironment(
        undefined=_undefined(), finalize=shown, autoescape=True
    )

    class Noting(Context):
        def resolve_or_missing(self, key: str) -> Any:
            named.add(key)
            return super().resolve_or_missing(key)

    environment.context_class = Noting

    def width(picture: Drawn, millimetres: float) -> Any:
        return Markup(_placed(docx, picture, millimetres))  # noqa: S704

    environment.filters["width"] = width
    return environment


def _placed(docx: DocxTemplate, picture: Drawn, millimetres: float = 0.0) -> str:
    """Return a picture as it stands in the file, with its text to be read out.

    Args:
        docx: the template being filled in.
        picture: the picture.
        millimetres: how wide it is to be; 0 for its natural width, but no wider than the text.
    """
    from docx.shared import Mm

    page = docx.docx.sections[0]
    widest = page.page_width - page.left_margin - page.right_margin
    width = min(Mm(millimetres or picture.width), widest)
    part = docx.current_rendering_part
    inline = part.new_pic_inline(io.BytesIO(picture.png()), width, None)
    inline.docPr.set("descr", fit(picture.alt))
    inline.docPr.set("title", fit(picture.caption))
    return (
        f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'
    )


class _MissingError(Exception):
    """A template names a field that does not exist."""

    def __init__(self, field: str, whose: str, known: tuple[str, ...]) -> None:
        super().__init__(field)
        self.field, self.whose, self.known = field, whose, known


def _undefined() -> Any:
    """The class of whatever a template names and the report does not have."""
    from jinja2 import StrictUndefined
    from jinja2.utils import missing

    class Missing(StrictUndefined):
        def __init__(
            self,
            hint: str | None = None,
            obj: Any = missing,
            name: str | None = None,
            exc: Any = None,
        ) -> None:
            def fail(message: str) -> _MissingError:
                del message
                record = Report if obj is missing else type(obj)
                whose = (
                    "the report"
                    if record is Report
                    else f"a {NAMES[record].rpartition('.')[2]}"
                    if record in NAMES
                    else f"a {record.__name__}"
                )
                return _MissingError(str(name), whose, _known(record))

            super().__init__(hint, obj, name, fail)  # type: ignore[arg-type]

    return Missing


def _called(record: type) -> str:
    """What a record goes by in our template; the names of our classes say nothing to a reader."""
    if record is Report:
        return "the report"
    return f"a {NAMES.get(record, record.__name__).rpartition('.')[2]}"


def _known(record: type) -> tuple[str, ...]:
    if not is_dataclass(record):
        return ("no fields: it is a word or a figure",)
    return tuple(each.name for each in fields_of(record))
