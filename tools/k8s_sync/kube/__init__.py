"""Everything that is Kubernetes: objects, credentials, the watch, files."""
