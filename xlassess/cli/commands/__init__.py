"""One module per verb: its click command, and what it prints in words and as JSON.

The modules are loaded when their verb is run (see ``xlassess.cli.app``), and import their service
only when the command runs, so that every ``--help`` is there at once.
"""
