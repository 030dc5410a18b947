"""Query workbooks: the partner's workbook with only the doubtful cells open."""
