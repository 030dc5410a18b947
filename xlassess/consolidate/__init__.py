"""From a round's returns to the summary workbook that a committee reads."""

from xlassess.consolidate.summarise import summarise
from xlassess.consolidate.summary import Summary

__all__ = ["Summary", "summarise"]
