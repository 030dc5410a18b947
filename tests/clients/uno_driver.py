"""Drives LibreOffice Calc over UNO: one JSON job a line on stdin, one JSON answer a line on stdout.

Runs under the Python that LibreOffice's bindings belong to, not under ours, and so uses the
standard library and ``uno`` only. A job opens one workbook with a view, as a person's office
program does, types into cells, and saves, reads or prints it::

    {"open": PATH, "as": {"FilterName": NAME, "FilterOptions": O},
     "set": [{"sheet": S, "cell": "B6", "kind": "text", "value": V}, ...], "recalculate": false,
     "read": true, "heights": [S, ...], "pages": true,
     "save": [{"path": PATH, "filter": NAME}, ...], "password": P, "locale": "de-DE"}

Kinds of cell contents: ``text``, ``number`` (also days, as serial numbers), ``formula`` and
``empty``. Only ``open`` is required.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

START_SECONDS = 300  # a busy machine takes minutes
FORMULA_RESULT_ERROR = 4  # com.sun.star.sheet.FormulaResult.ERROR


class Office:
    """A LibreOffice process of its own, with its own profile."""

    def __init__(self, program):
        self.home = tempfile.mkdtemp(prefix="xlassess-office-")
        pipe = f"xlassess-{os.getpid()}"
        self.process = subprocess.Popen(
            [
                program,
                f"-env:UserInstallation={Path(self.home).as_uri()}",
                "--headless",
                "--invisible",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nolockcheck",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.desktop = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except BaseException:
            self.close()
            raise

    def _connect(self, address):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                context = resolver.resolve(address)
            except NoConnectException:
                if time.monotonic() > until or self.process.poll() not in (None, 81):
                    raise
                time.sleep(0.2)
            else:
                self.context = context
                return context.ServiceManager.createInstanceWithContext(
                    "com.sun.star.frame.Desktop", context
                )

    def settle(self, locale):
        """Be in this country from now on, as signs of decimals and names of months go."""
        provider = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.configuration.ConfigurationProvider", self.context
        )
        node = _property("nodepath", "/org.openoffice.Setup/L10N")
        settings = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationUpdateAccess", (node,)
        )
        settings.setPropertyValue("ooSetupSystemLocale", locale)
        settings.commitChanges()

    def close(self):
        if hasattr(self, "desktop"):
            # the process ends while it answers, which breaks the connection
            with contextlib.suppress(Exception):
                self.desktop.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def do(self, job):
        """Do one job and return what it asked for."""
        self.settle(job.get("locale", "en-GB"))
        url = Path(job["open"]).as_uri()
        ways = tuple(_property(name, value) for name, value in job.get("as", {}).items())
        document = self.desktop.loadComponentFromURL(url, "_blank", 0, ways)
        if document is None:
            raise RuntimeError(f"LibreOffice does not open {job['open']}")
        try:
            return _work(document, job)
        finally:
            document.close(True)


def _work(document, job):
    answer = {"view": document.CurrentController is not None}
    locked = [entry for entry in job.get("set", ()) if not _type_in(document, entry)]
    answer["locked"] = [f"{entry['sheet']}!{entry['cell']}" for entry in locked]
    if job.get("recalculate"):
        document.calculateAll()
    if job.get("read"):
        answer["sheets"] = {sheet.Name: _read(sheet) for sheet in _sheets(document)}
    if job.get("pages"):
        answer["pages"] = {
            sheet.Name: document.getRendererCount(sheet, ())
            for sheet in _sheets(document)
            if sheet.IsVisible
        }
    for target in job.get("save", ()):
        ways = [_property("FilterName", target["filter"])]
        if password := job.get("password"):
            ways.append(_property("Password", password))
        document.storeToURL(Path(target["path"]).as_uri(), tuple(ways))
    heights = job.get("heights", ())
    answer["heights"] = {name: _heights(document.Sheets.getByName(name)) for name in heights}
    return answer


def _sheets(document):
    return [document.Sheets.getByIndex(i) for i in range(document.Sheets.Count)]


def _property(name, value):
    entry = PropertyValue()
    entry.Name = name
    entry.Value = value
    return entry


def _type_in(document, entry):
    """Type into one cell; False when sheet protection forbids it."""
    sheet = document.Sheets.getByName(entry["sheet"])
    cell = sheet.getCellRangeByName(entry["cell"])
    if sheet.isProtected() and cell.CellProtection.IsLocked:
        return False
    kind = entry["kind"]
    if kind == "text":
        cell.setString(entry["value"])
    elif kind == "number":
        cell.setValue(entry["value"])
    elif kind == "formula":
        cell.setFormula(entry["value"])
    elif kind == "empty":
        cell.setString("")
    else:
        raise ValueError(f"unknown kind of cell contents: {kind}")
    return True


def _used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return cursor.RangeAddress.EndRow, cursor.RangeAddress.EndColumn


def _read(sheet):
    """Return values and formulas by A1 address; an error value as {"error": shown text}."""
    last_row, last_column = _used(sheet)
    area = sheet.getCellRangeByPosition(0, 0, last_column, last_row)
    values, formulas = {}, {}
    rows = zip(area.getDataArray(), area.getFormulaArray())  # noqa: B905 (must run on 3.9)
    for row, (row_values, row_formulas) in enumerate(rows):
        for column, (value, formula) in enumerate(zip(row_values, row_formulas)):  # noqa: B905
            if formula == "":
                continue
            name = f"{_letters(column)}{row + 1}"
            values[name] = value
            if formula.startswith("="):
                formulas[name] = formula
    for cell in area.queryFormulaCells(FORMULA_RESULT_ERROR).Cells:
        place = cell.CellAddress
        values[f"{_letters(place.Column)}{place.Row + 1}"] = {"error": cell.String}
    return {"visible": sheet.IsVisible, "values": values, "formulas": formulas}


def _heights(sheet):
    """Return, per used row, its height and the height its text needs, in points.

    Measuring changes the heights, so this is done last, on the way out.
    """
    last_row, _ = _used(sheet)
    rows = sheet.Rows
    given = [rows.getByIndex(i).Height for i in range(last_row + 1)]
    sheet.getCellRangeByPosition(0, 0, 0, last_row).Rows.OptimalHeight = True
    needed = [rows.getByIndex(i).Height for i in range(last_row + 1)]
    return [[round(a * 72 / 2540, 2), round(b * 72 / 2540, 2)] for a, b in zip(given, needed)]  # noqa: B905


def _letters(column):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def main():
    office = Office(sys.argv[1])
    try:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            try:
                answer = office.do(json.loads(line))
            except Exception:
                answer = {"failed": traceback.format_exc()}
            print(json.dumps(answer), flush=True)
    finally:
        office.close()


if __name__ == "__main__":
    main()
