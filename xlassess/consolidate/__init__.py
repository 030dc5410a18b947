"""From a round's returns to the summary workbook that a committee reads."""

from xlassess.consolidate.assemble import summarise
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary.workbook import summary_bytes, write_summary

__all__ = ["Summary", "summarise", "summary_bytes", "write_summary"]
