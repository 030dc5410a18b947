"""The words shown in workbooks, e-mails and summaries, as jinja2 templates."""
