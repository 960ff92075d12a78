"""What can go wrong, as one tree.

    BtestError                  a person has to change something
    ├── ScenarioError           a scenario says something that cannot be
    ├── NotThereError           a program that is needed is not installed
    └── CaptureMissingError     a capture is not on this machine: skip the scenario

Messages say where it is and what to do next.
"""


class BtestError(Exception):
    """Ends a command; its text is for the person who ran it."""


class ScenarioError(BtestError):
    """A scenario is not what it should be; begins with file, line and key."""


class NotThereError(BtestError):
    """Zeek, btest or the package is not there; says what to install."""


class CaptureMissingError(BtestError):
    """A capture that a scenario is made from is not on this machine."""
