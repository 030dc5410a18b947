"""Tests of xlassess; the folders mirror those of the package."""

import os
import sys

# Python keeps compiled modules by itself. Where the environment forbids that, each process of the
# tests, and each of the many programs that they start, would compile this package and the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
