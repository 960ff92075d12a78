"""The parts of `make bench`: what they measure, and what they measure it with."""

import sys
from pathlib import Path

# Also where k8s_sync is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
