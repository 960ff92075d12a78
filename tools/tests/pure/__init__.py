"""Tests of layer pure."""
