"""Joint workbooks: the plan, progress and workshop workbooks of the partnership."""
