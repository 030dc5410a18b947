"""Binary Excel workbooks, .xlsb: their records, and what is seen of their cells."""
