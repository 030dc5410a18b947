"""Tests of who does the work: processes of this computer, and a cluster."""
