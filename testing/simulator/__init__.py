"""A cluster that is made up, whose truth is known: is every answer right?

    world      what happens: pods, addresses, nodes, trouble     (the truth)
    kubelet    what the API server comes to know of it           (objects)
    telling    when the daemon hears of it                       (events)
    traffic    who talked when, with the true owner              (questions)
    asking     what our timelines answer, and others' strategies (answers)
    report     how often that was right                          (the table)

Nothing of this knows the rules that it puts to the test; only `asking` imports
them. The same seed makes the same hour.
"""

import sys
from pathlib import Path

# Also where k8s_sync is not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
