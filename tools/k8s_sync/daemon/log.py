"""The daemon's own messages: one line each, on standard error."""

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import Literal

CLUSTER: ContextVar[str] = ContextVar("cluster", default="")
"""The cluster that a task is about; what it starts is, too."""

_KUBE = "k8s_sync.kube."
"""Knows API servers, but not what people call the clusters behind them."""


def _name_cluster(record: logging.LogRecord) -> bool:
    name = CLUSTER.get()
    if name and record.name.startswith(_KUBE):
        record.msg, record.args = f"{name}: {record.getMessage()}", ()
    return True


class _Text(logging.Formatter):
    """Keeps a message on its line: parts of it may be what a cluster's users wrote."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's
        words = " ".join(record.message.split())
        record.message = "".join(
            c if c.isprintable() else ascii(c)[1:-1] for c in words
        )
        return super().formatMessage(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "ts": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def configure(level: str, form: Literal["auto", "text", "json"]) -> None:
    """Sets up logging for this process.

    Args:
        level: The least severity that is written.
        form: ``auto`` is text on a terminal and JSON elsewhere.
    """
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Text("%(asctime)s %(levelname)-7s %(message)s") if as_text else _Json()
    )
    handler.addFilter(_name_cluster)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
