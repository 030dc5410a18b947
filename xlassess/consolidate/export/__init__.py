"""The data of a round for other programs: `export` gives the files, each as its bytes."""

from xlassess.consolidate.export.dictionary import MARK
from xlassess.consolidate.export.files import FORMATS, PAGE, Format, export, file_names

__all__ = ["FORMATS", "MARK", "PAGE", "Format", "export", "file_names"]
