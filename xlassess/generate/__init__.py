"""Toolkit and assessment to workbooks: a plate is built once, copies are stamped from it."""

from xlassess.generate.naming import file_name
from xlassess.generate.plate import Personal, Plate, build_plate

__all__ = ["Personal", "Plate", "build_plate", "file_name"]
