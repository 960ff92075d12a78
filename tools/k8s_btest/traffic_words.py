"""The words for traffic: one verb per item, and what all items have in common."""

from typing import Literal

import msgspec

from k8s_btest.values import Address, End, Ends, Overlay, Payload, Time


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Say(_Words, frozen=True, kw_only=True):
    """What one end of a connection says, after a pause if it likes."""

    client: Payload | None = None
    server: Payload | None = None
    after: Time = Time(0)
    """How long it is silent before."""

    def __post_init__(self) -> None:
        """Refuses what nobody or both say."""
        if (self.client is None) == (self.server is None):
            raise ValueError("write either client: or server:, one per step")


class Dns(_Words, frozen=True, kw_only=True):
    """A question and its answer."""

    query: str
    type: str = "A"
    """A, AAAA, PTR, SRV, TXT, NS, MX, CNAME, SOA, NULL, ANY or AXFR."""
    answer: str | tuple[str, ...] = ()
    """Of the type of the question; an SRV is ``0 100 80 web.shop.svc``."""
    rcode: Literal[
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"
    ] = "NOERROR"
    reply: bool = True
    """False: nobody answers."""
    over: Literal["udp", "tcp"] = "udp"


class Http(_Words, frozen=True, kw_only=True):
    """A request and its response; several of them in a list share a connection."""

    method: str = "GET"
    host: str | None = None
    """The Host header; by default the other end's address. Empty: none."""
    uri: str = "/"
    user_agent: str = "Go-http-client/1.1"
    headers: dict[str, str] = {}
    body: Payload = Payload()
    status: int = 200
    """0: no response."""
    response_headers: dict[str, str] = {}
    response_body: Payload = Payload()
    upgrade: str = ""
    """Such as ``tcp`` or ``websocket``: asks for it, and is told 101."""
    then: tuple[Say, ...] = ()
    """What both say after the upgrade."""


class Certificate(_Words, frozen=True, kw_only=True):
    """What a server shows; in TLS 1.2 only, as 1.3 encrypts it."""

    subject: str = "kubernetes"
    issuer: str = "kubernetes-ca"
    names: tuple[str, ...] = ()


class Tls(_Words, frozen=True, kw_only=True):
    """A handshake, and then bytes that nobody can read."""

    sni: str = ""
    client: Literal["go", "curl", "python"] = "go"
    """Whose ciphers, groups and extensions the hello has."""
    alpn: tuple[str, ...] | None = None
    """What the client offers; by default what such a client does (go: h2 and
    http/1.1). Empty: no such extension."""
    ciphers: tuple[int, ...] = ()
    """By default those of the client."""
    version: Literal["1.2", "1.3"] = "1.3"
    """What the server settles on."""
    server_alpn: str = ""
    """What the server chose; to be seen in TLS 1.2 only."""
    certificate: Certificate | None = None
    answer: Literal["established", "hello", "alert", "none"] = "established"
    """How far the server goes: all the way, its hello, a refusal, or nothing."""
    then: tuple[Say, ...] = ()
    """What both say, as records; sizes matter, contents are made up of them."""

    def __post_init__(self) -> None:
        """Refuses what TLS 1.3 does not show."""
        if self.version == "1.3" and (self.certificate or self.server_alpn):
            raise ValueError(
                "certificate and server_alpn are encrypted in TLS 1.3: set"
                " version: '1.2'"
            )


class Tcp(_Words, frozen=True, kw_only=True):
    """A connection and what is said."""

    state: Literal["established", "syn-only", "rejected"] = "established"
    says: tuple[Say, ...] = ()
    close: Literal["fin", "rst", "none"] = "fin"
    """``none``: it is still open when the trace ends."""


class Udp(_Words, frozen=True, kw_only=True):
    """Datagrams, one per step."""

    says: tuple[Say, ...] = ()


class Icmp(_Words, frozen=True, kw_only=True):
    """A ping."""

    reply: bool = True
    payload: Payload = Payload(b"abcdefghijklmnop")


class Scan(_Words, frozen=True, kw_only=True):
    """One packet, or one short connection, for each target and port."""

    targets: tuple[str, ...] = ()
    """Ends as in ``to``, blocks (10.244.1.0/28) or last bytes (10.244.1.1-20); by
    default those of ``to``."""
    ports: tuple[int | str, ...] = ()
    """``22``, or ``8000-8010``; none for pings."""
    answer: Literal["rejected", "silent", "open"] = "rejected"
    open: tuple[int, ...] = ()
    """Ports that are open whatever `answer` says."""
    proto: Literal["tcp", "udp", "icmp"] = "tcp"
    order: Literal["ports", "targets"] = "ports"
    """What changes faster."""


class Capture(_Words, frozen=True, kw_only=True):
    """Packets of an existing capture, with other addresses.

    Where the file is not there the scenario is skipped, and that is said.
    """

    file: str
    """Looked for beside the scenario, then in the folders of captures."""
    map: dict[Address, End] = {}
    """Who takes the place of which address; the other addresses stay."""
    ports: dict[int, int] = {}
    """Ports that become others."""


class Traffic(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"from_": "from"},
):
    """One thing that happens. Exactly one verb."""

    dns: Dns | None = None
    http: Http | tuple[Http, ...] | None = None
    tls: Tls | None = None
    tcp: Tcp | None = None
    udp: Udp | None = None
    icmp: Icmp | None = None
    scan: Scan | None = None
    capture: Capture | None = None

    from_: Ends = Ends()
    to: Ends = Ends()
    """Several ends take turns with each repetition. `dns` goes to the service
    kube-system/kube-dns if there is one."""
    at: Time = Time(0)
    """From the start of the scenario."""
    port: int = 0
    """Of the other end; by default the verb's: dns 53, http 80, tls 443."""
    from_port: int = 0
    """By default a fresh one from 40000 on."""
    count: int = 1
    every: Time = Time(1_000_000)
    """Between repetitions, and between the packets of a scan."""
    overlay: Overlay | None = None
    checksums: Literal["good", "partial"] = "good"
    """``partial``: as captured on a veth, where nobody has finished them."""

    def __post_init__(self) -> None:
        """Refuses what lacks a verb or an end."""
        verbs = [name for name in VERBS if getattr(self, name) is not None]
        if len(verbs) != 1:
            said = " and ".join(verbs) or "none"
            raise ValueError(f"one verb of {', '.join(VERBS)} is needed; it has {said}")
        verb = verbs[0]
        if verb != "capture" and not self.from_:
            raise ValueError(f"{verb} needs from:")
        aimed = self.to or (self.scan and self.scan.targets)
        if verb not in ("capture", "dns") and not aimed:
            raise ValueError(f"{verb} needs to:")
        if self.scan and not self.scan.ports and self.scan.proto != "icmp":
            raise ValueError("scan needs ports:, or proto: icmp")
        if verb in ("tcp", "udp") and not self.port:
            raise ValueError(f"{verb} needs port:")
        if self.count < 1:
            raise ValueError("count: at least 1")

    @property
    def verb(self) -> str:
        """The one that it has."""
        return next(name for name in VERBS if getattr(self, name) is not None)


VERBS = ("dns", "http", "tls", "tcp", "udp", "icmp", "scan", "capture")
