"""Tests of xlassess; the folders mirror those of the package."""
