"""Tells Zeek who owns the addresses of a Kubernetes cluster."""

__version__ = "0.1.0"
