"""Old Excel workbooks, .xls: their records, texts, and what lies over their cells."""
