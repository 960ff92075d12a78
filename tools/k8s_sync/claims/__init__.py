"""Kubernetes objects in, claims out. Pure: no I/O, no clock."""
