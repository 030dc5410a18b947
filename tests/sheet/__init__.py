"""Tests of the dialect of XlsxWriter that all workbooks are written in."""
