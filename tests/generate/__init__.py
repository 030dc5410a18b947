"""Tests of the workbooks that respondents fill in."""
