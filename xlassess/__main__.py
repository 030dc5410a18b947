"""The command line, for ``python -m xlassess``."""

from xlassess.cli.app import main

if __name__ == "__main__":
    main()
