"""The data of a round: `export` gives the files, each as its bytes; `frame_of` gives frames."""

from xlassess.consolidate.export.columns import guarded
from xlassess.consolidate.export.dictionary import DICTIONARY, MARK, data_package
from xlassess.consolidate.export.files import FORMATS, PAGE, Format, export, file_names
from xlassess.consolidate.export.frames import frame_of, orders_of
from xlassess.consolidate.export.scores_and_findings import findings_of, scores_of
from xlassess.consolidate.export.tables import ExportTable, plan_of, tables_of

__all__ = [
    "DICTIONARY",
    "FORMATS",
    "MARK",
    "PAGE",
    "ExportTable",
    "Format",
    "data_package",
    "export",
    "file_names",
    "findings_of",
    "frame_of",
    "guarded",
    "orders_of",
    "plan_of",
    "scores_of",
    "tables_of",
]
