"""The Word report of a round: `report_bytes`; what templates may show: `field_lines`."""

from xlassess.consolidate.report.docs import field_lines
from xlassess.consolidate.report.document import default_template, report_bytes, untouched

__all__ = ["default_template", "field_lines", "report_bytes", "untouched"]
