"""Turns scenarios into packet captures, journals and tests."""
