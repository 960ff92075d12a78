"""Certificates between a real Zeek and the daemon's session: who is refused, and how.

Usage: live_tls.py TLS_PORT PLAIN_PORT

Prints what the daemon says in each case, with ports and folders left out.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from listening import Feed, Said, eventually, listening

from fakes.certificates import Authority
from k8s_sync.feed.calling import Calling

HERE = Path.cwd()


class Story:
    """Two authorities, and what they issued."""

    def __init__(self, tls_port: int, plain_port: int) -> None:
        """Issues what is right; Zeek and the daemon have copies."""
        self.tls_port, self.plain_port = tls_port, plain_port
        self.ours, self.theirs = Authority(HERE, "ours"), Authority(HERE, "theirs")
        self.right_zeek = self.ours.issue("right-zeek", "127.0.0.1")
        self.right_daemon = self.ours.issue("right-daemon", "daemon")
        self.zeek = self.ours.issue("zeek", "127.0.0.1")
        self.daemon = self.ours.issue("daemon", "daemon")
        self.said = Said()

    def feed(self, *, shown: bool = True) -> Feed:
        """A feed with our files, to the port with TLS."""
        pair = [str(path) for path in self.daemon] if shown else []
        calling = Calling(str(self.ours.file), *pair)
        return Feed(self.tls_port, "wss", calling)

    async def refused(self, case: str, feed: Feed) -> None:
        """Expects that it is, and tells how."""
        said = self.said.messages
        said.clear()

        def clear() -> list[str]:
            # The end of a connection may overtake what was said before; then the next
            # attempt shows it. A port with TLS says nothing else to plain text.
            vague = feed.session.url.startswith("wss:")
            return [one for one in said if not (vague and one.startswith("closed"))]

        async with feed.running():
            await eventually(case, lambda: bool(clear()))
            await asyncio.sleep(1)
        assert feed.session.connects == 0
        assert len(said) == len(set(said)), "what stays as it is, is said once"
        [message] = clear()
        print(f"{case}: {message.replace(str(HERE), '.')}")

    async def fed(self, what: str, feed: Feed) -> None:
        """Expects that it is."""
        feed.claim(1)
        async with feed.running():
            await eventually(what, lambda: feed.agrees)
        print(f"{what}: fed")

    async def run(self) -> None:
        """Tries all that can be wrong, one after the other, with one Zeek."""
        ours, theirs = self.ours, self.theirs
        await self.fed("all is right", self.feed())
        await self.refused("no certificate", self.feed(shown=False))
        wrong: list[tuple[str, Callable[[], object]]] = [
            ("another authority's", lambda: self.daemon.become(theirs.issue("d", "d"))),
            (
                "an expired one",
                lambda: self.daemon.become(ours.issue("d", "d", expired=True)),
            ),
            (
                "Zeek's authority",
                lambda: self.zeek.become(theirs.issue("z", "127.0.0.1")),
            ),
            (
                "Zeek's has expired",
                lambda: self.zeek.become(ours.issue("z", "127.0.0.1", expired=True)),
            ),
            ("Zeek's name", lambda: self.zeek.become(ours.issue("z", "zeek.example"))),
            (
                "Zeek's key",
                lambda: self.zeek.key.write_bytes(self.right_daemon.key.read_bytes()),
            ),
        ]
        for case, change in wrong:
            change()
            await self.refused(case, self.feed())
            self.zeek.become(self.right_zeek)
            self.daemon.become(self.right_daemon)
        await self.refused("plain text to TLS", Feed(self.tls_port))
        with listening(self.plain_port):
            calling = Calling(str(ours.file), *map(str, self.daemon))
            plain = Feed(self.plain_port, "wss", calling)
            await self.refused("TLS to plain text", plain)
        await self.renewed()

    async def renewed(self) -> None:
        """Neither side is started anew when its files change."""
        self.zeek.become(self.ours.issue("z", "127.0.0.1", expired=True))
        feed = self.feed()
        feed.claim(1)
        async with feed.running():
            await eventually("a refusal", lambda: bool(self.said.messages))
            self.zeek.become(self.right_zeek)
            await eventually("the renewed one", lambda: feed.agrees)
            print("Zeek's was renewed: fed")
            self.daemon.become(self.ours.issue("d", "d", expired=True))
            feed.claim(2)
            await eventually("what follows", lambda: feed.agrees)
            print("ours has expired meanwhile: fed, as the session is up")
        assert feed.session.connects == 1


def main() -> None:
    """Runs it."""
    story = Story(*(int(port.split("/")[0]) for port in sys.argv[1:3]))
    fields = {
        "cert_file": story.zeek.cert,
        "key_file": story.zeek.key,
        "ca_file": story.ours.file,
    }
    record = ", ".join(f'${name}="{path}"' for name, path in fields.items())
    options = f"Cluster::WebSocketTLSOptions({record}, $enable_peer_verification=T)"
    with listening(story.tls_port, f"K8s::listen_tls={options}"):
        asyncio.run(story.run())


if __name__ == "__main__":
    main()
