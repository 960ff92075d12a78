"""A capture keeps all but addresses and ports."""

import struct

import pytest
from scapy.compat import raw
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet, Raw

from k8s_btest.captures import Change, frames
from k8s_btest.errors import ScenarioError
from k8s_btest.packets import Frame, pcap

LINK = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
NEW = Change({"10.0.0.1": "10.244.0.2", "fd00::1": "fd00:10::2"}, {8080: 9090})
AT = 1793610000_000000


def _read(*packets: Packet, change: Change = NEW) -> list[Packet]:
    sent = [Frame(5_000_000 + 100 * i, raw(p)) for i, p in enumerate(packets)]
    return [Ether(frame.data) for frame in frames(pcap(sent), "x.pcap", change, AT)]


def test_addresses_and_ports_are_others_and_checksums_good() -> None:
    """Whatever they were: captures of a veth have none that is finished."""
    packet = LINK / IP(src="10.0.0.1", dst="10.0.0.9") / TCP(sport=1, dport=8080)
    broken = packet.copy() / Raw(b"data")
    broken[TCP].chksum = 7
    (found,) = _read(broken)
    assert (found[IP].src, found[IP].dst, found[TCP].dport) == (
        "10.244.0.2",
        "10.0.0.9",
        9090,
    )
    good = found.copy()
    del good[TCP].chksum, good[IP].chksum
    assert raw(good) == raw(found)
    assert found[Raw].load == b"data"


@pytest.mark.parametrize(
    "packet",
    [
        LINK / Dot1Q(vlan=5) / IP(src="10.0.0.1", dst="1.2.3.4") / UDP(sport=8080),
        LINK / IPv6(src="fd00::1", dst="fd00::9") / UDP(sport=8080) / Raw(b"x"),
    ],
)
def test_behind_tags_and_in_ipv6(packet: Packet) -> None:
    """There, too."""
    (found,) = _read(packet)
    ip = found[IP if IP in found else IPv6]
    assert ip.src in NEW.addresses.values()
    assert found[UDP].sport == 9090
    good = found.copy()
    del good[UDP].chksum
    assert raw(good) == raw(found)


def test_a_datagram_without_a_checksum_keeps_none() -> None:
    """It is optional in IPv4."""
    packet = LINK / IP(src="10.0.0.1", dst="1.2.3.4") / UDP(sport=1, dport=2, chksum=0)
    assert _read(packet)[0][UDP].chksum == 0


def test_a_fragment_has_no_ports() -> None:
    """What looks like one is data."""
    data = struct.pack(">HH", 8080, 8080) + bytes(20)
    packet = LINK / IP(src="10.0.0.1", dst="1.2.3.4", frag=10, proto=6) / Raw(data)
    (found,) = _read(packet)
    assert raw(found[IP].payload) == data
    assert found[IP].src == "10.244.0.2"


def test_what_is_no_ip_stays() -> None:
    """ARP, for one."""
    packet = LINK / ARP(psrc="10.0.0.1", pdst="10.0.0.2")
    assert raw(_read(packet)[0]) == raw(packet)


def test_times_move_together() -> None:
    """The first packet comes when it is said."""
    packet = raw(LINK / IP(src="10.0.0.1", dst="1.2.3.4") / UDP())
    sent = [Frame(5_000_000, packet), Frame(5_000_250, packet)]
    times = [frame.time for frame in frames(pcap(sent), "x", NEW, AT)]
    assert times == [AT, AT + 250]


def test_packets_without_ethernet_get_it() -> None:
    """Captured from a tunnel device, as raw IP."""
    inner = raw(IP(src="10.0.0.1", dst="1.2.3.4") / UDP(sport=1, dport=2))
    data = bytearray(pcap([Frame(1, inner)]))
    data[20:24] = struct.pack("<I", 101)
    (frame,) = frames(bytes(data), "x.pcap", NEW, AT)
    assert Ether(frame.data)[IP].src == "10.244.0.2"


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"no capture", "x.pcap: no capture"), (pcap([]), "x.pcap: there are no packets")],
)
def test_what_is_no_capture(data: bytes, message: str) -> None:
    """Is refused by name."""
    with pytest.raises(ScenarioError, match=message):
        frames(data, "x.pcap", NEW, AT)


def test_of_one_family() -> None:
    """An IPv4 address cannot become an IPv6 one."""
    packet = LINK / IP(src="10.0.0.1", dst="1.2.3.4") / UDP()
    with pytest.raises(ScenarioError, match="not of one family"):
        _read(packet, change=Change({"10.0.0.1": "fd00::1"}, {}))
