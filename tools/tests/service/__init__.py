"""Tests of layer service."""
