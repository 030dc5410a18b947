"""Toolkit and assessment to workbooks."""
