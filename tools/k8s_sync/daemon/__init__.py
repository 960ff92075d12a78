"""The daemon: follows clusters and feeds Zeeks."""
