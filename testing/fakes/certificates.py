"""Certificates, and authorities that live as long as a test."""

import datetime as dt
import ssl
from pathlib import Path
from typing import NamedTuple

import trustme

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LATELY = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


class Pair(NamedTuple):
    """The files of a certificate and its key."""

    cert: Path
    key: Path

    def become(self, other: "Pair") -> None:
        """Replaces both by those of another, as what renews certificates does."""
        for mine, theirs in zip(self, other, strict=True):
            fresh = mine.with_suffix(".new")
            fresh.write_bytes(theirs.read_bytes())
            fresh.replace(mine)


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.name = name
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def issue(self, purpose: str, *names: str, expired: bool = False) -> Pair:
        """Issues a certificate for some names."""
        made = (
            self._ca.issue_cert(*names, not_before=LONG_AGO, not_after=LATELY)
            if expired
            else self._ca.issue_cert(*names)
        )
        place = self._folder / f"{self.name}-{purpose}"
        pair = Pair(place.with_suffix(".pem"), place.with_suffix(".key"))
        pair.cert.write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
        made.private_key_pem.write_to_path(pair.key)
        return pair


def server_context(pair: Pair, clients: Path | None) -> ssl.SSLContext:
    """What a Zeek has that wants certificates of its clients, or does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context
