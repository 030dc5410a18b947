"""Toolkits written out as Excel workbooks and read back from them."""
