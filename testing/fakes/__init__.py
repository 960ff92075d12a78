"""Servers that stand in for Kubernetes and Zeek in tests and the demo."""
