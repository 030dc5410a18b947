"""LibreOffice as a partner uses it: open a workbook, type into cells, save it, close it."""

from __future__ import annotations

import atexit
import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.clients.programs import need

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "ods": "calc8",
    "xls": "MS Excel 97",
    "pdf": "calc_pdf_Export",
}
"""LibreOffice's names of the file kinds that File > Save As offers for a workbook."""

SECONDS = 400
"""More than LibreOffice may take to start; a busy machine takes minutes."""
DRIVER = Path(__file__).with_name("uno_driver.py")

CellValue = str | float | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What goes into one cell; a day is typed as its serial number, kind ``number``."""

    sheet: str
    cell: str
    value: str | float
    kind: Literal["text", "number", "formula", "empty"] = "text"


@dataclass(frozen=True, slots=True)
class Seen:
    """What LibreOffice shows of a workbook.

    ``values`` and ``formulas`` are keyed by sheet and A1 address; an error value is
    ``{"error": shown}``. ``locked`` lists the cells that refused typing. ``pages`` counts
    printed pages per sheet; ``heights`` gives per row the height it has and the height its
    text needs, in points.
    """

    locked: tuple[str, ...]
    visible: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, CellValue]] = field(default_factory=dict)
    formulas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    heights: Mapping[str, list[tuple[float, float]]] = field(default_factory=dict)

    def errors(self) -> dict[str, str]:
        """The cells that show an error value."""
        return {
            f"{sheet}!{cell}": value["error"]
            for sheet, cells in self.values.items()
            for cell, value in cells.items()
            if isinstance(value, Mapping)
        }


class OfficeError(RuntimeError):
    """LibreOffice could not do what it was asked."""


class Office:
    """One running LibreOffice with a profile of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [need("uno"), DRIVER, need("libreoffice")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._answer()

    @property
    def running(self) -> bool:
        """True as long as LibreOffice can be given work."""
        return self._process.poll() is None

    def close(self) -> None:
        """End LibreOffice and wait until it is gone."""
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=SECONDS)
        except queue.Empty:
            self._process.terminate()
            raise OfficeError(f"LibreOffice has not answered for {SECONDS} seconds.") from None
        if not line:
            raise OfficeError("LibreOffice has ended unasked.")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise OfficeError(answer["failed"])
        return answer

    def _done(self, job: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise OfficeError("LibreOffice has ended unasked.") from None
        return self._answer()

    def convert(self, path: Path, to: Path, *, kind: str = "", options: str = "") -> None:
        """Open any document, and save it as another kind.

        Args:
            path: the document.
            to: where to save it.
            kind: LibreOffice's name of the kind to save as; by default that of a workbook with
                this suffix (`FILTERS`).
            options: how to read a CSV file, as LibreOffice's CSV filter wants it.

        Raises:
            OfficeError: LibreOffice could not.
        """
        reading = {"FilterName": "Text - txt - csv (StarCalc)", "FilterOptions": options}
        self._done(
            {
                "open": str(path.resolve()),
                "as": reading if options else {},
                "save": [{"path": str(to.resolve()), "filter": kind or FILTERS[to.suffix[1:]]}],
            }
        )

    def work(
        self,
        path: Path,
        typed: Iterable[Typed] = (),
        *,
        save: Iterable[Path] = (),
        password: str = "",
        recalculate: bool = False,
        read: bool = False,
        pages: bool = False,
        heights: Iterable[str] = (),
        locale: str = "en-GB",
    ) -> Seen:
        """Open a workbook with a view, type, save under each name, and tell what is seen.

        Args:
            path: the workbook.
            typed: what to type, in this order.
            save: where to save; the file kind goes by the suffix (`FILTERS`).
            password: save so that this is needed to open the file (ods and xls only).
            recalculate: recalculate every formula, not only those that depend on what was
                typed.
            read: report every cell's value and formula.
            pages: count the printed pages of each visible sheet.
            heights: the sheets whose row heights to report.
            locale: the country whose signs of decimals and names of months the program goes by.

        Raises:
            OfficeError: LibreOffice could not.
        """
        job = {
            "open": str(path.resolve()),
            "set": [
                {"sheet": t.sheet, "cell": t.cell, "kind": t.kind, "value": t.value} for t in typed
            ],
            "recalculate": recalculate,
            "read": read,
            "pages": pages,
            "save": [
                {"path": str(target.resolve()), "filter": FILTERS[target.suffix[1:]]}
                for target in save
            ],
            "heights": list(heights),
            "password": password,
            "locale": locale,
        }
        answer = self._done(job)
        assert answer["view"], "the document has no view"
        sheets = answer.get("sheets", {})
        return Seen(
            locked=tuple(answer["locked"]),
            visible=tuple(name for name, sheet in sheets.items() if sheet["visible"]),
            values={name: sheet["values"] for name, sheet in sheets.items()},
            formulas={name: sheet["formulas"] for name, sheet in sheets.items()},
            pages=answer.get("pages", {}),
            heights={
                name: [(have, need) for have, need in rows]
                for name, rows in answer["heights"].items()
            },
        )


class Offices:
    """Keeps one LibreOffice running for this process, and starts another if it dies."""

    def __init__(self) -> None:
        self._office: Office | None = None

    def get(self) -> Office:
        """Return a running LibreOffice."""
        if self._office is None or not self._office.running:
            self.close()
            self._office = Office()
            atexit.register(self.close)
        return self._office

    def close(self) -> None:
        """End LibreOffice if it runs."""
        if self._office is not None:
            self._office.close()
            self._office = None
            atexit.unregister(self.close)


OFFICES = Offices()
"""Shared by all tests of a process: to start LibreOffice takes as long as dozens of jobs."""
