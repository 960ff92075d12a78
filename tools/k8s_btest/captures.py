"""Packets of an existing capture, with the addresses of others in their place.

Addresses and ports are replaced where they are, and checksums are made good: the rest
of a packet stays byte by byte what it was.
"""

import io
import ipaddress
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from scapy.error import Scapy_Exception
from scapy.utils import RawPcapReader, checksum

from k8s_btest.errors import ScenarioError
from k8s_btest.packets import Frame, mac
from k8s_sync.model import SECOND

_ETHERNET, _LOOPBACK, _COOKED, _COOKED_2, _RAW = 1, (0, 108), 113, 276, (12, 14, 101)
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLANS = (b"\x81\x00", b"\x88\xa8")
_V6 = 0x60
"""What the first byte of an IPv6 packet has in its upper half."""
_TCP, _UDP = 6, 17
_CHECKSUM_AT = {_TCP: 16, _UDP: 6}


class Change(NamedTuple):
    """What becomes what."""

    addresses: Mapping[str, str]
    ports: Mapping[int, int]
    partial: bool = False
    """Leave the checksums of TCP and UDP unfinished, as on a veth."""


def frames(data: bytes, name: str, change: Change, at: int) -> list[Frame]:
    """Reads a capture, changed, so that its first packet comes at a time.

    Args:
        data: A pcap or pcapng file.
        name: Of the file, for messages.
        change: What to change.
        at: Microseconds since the epoch.

    Raises:
        ScenarioError: It is no capture, or of a kind that is not known.
    """
    found = []
    try:
        # scapy closes what it reads, and reads pcapng as well.
        with RawPcapReader(cast("str", io.BytesIO(data))) as reader:
            linktype = getattr(reader, "linktype", _ETHERNET)
            for packet, meta in reader:
                linktype = getattr(meta, "linktype", linktype)
                time = _time(meta, nano=getattr(reader, "nano", False))
                found.append((time, _ethernet(packet, linktype, name)))
    except (Scapy_Exception, EOFError, struct.error) as error:
        raise ScenarioError(f"{name}: no capture: {error}") from None
    if not found:
        raise ScenarioError(f"{name}: there are no packets in it")
    first = found[0][0]
    return [
        Frame(at + time - first, _changed(packet, change)) for time, packet in found
    ]


def _time(meta: Any, *, nano: bool) -> int:  # noqa: ANN401 -- scapy's, of two kinds
    if hasattr(meta, "sec"):
        return int(meta.sec) * SECOND + int(meta.usec) // (1000 if nano else 1)
    ticks = (meta.tshigh << 32) | meta.tslow
    return int(ticks) * SECOND // int(meta.tsresol)


def _ethernet(packet: bytes, linktype: int, name: str) -> bytes:
    """Gives a packet an Ethernet header if it has another one."""
    if linktype == _ETHERNET:
        return packet
    if linktype in _LOOPBACK:
        packet = packet[4:]
    elif linktype == _COOKED:
        packet = packet[16:]
    elif linktype == _COOKED_2:
        packet = packet[20:]
    elif linktype not in _RAW:
        raise ScenarioError(f"{name}: packets of link type {linktype} are not known")
    kind = _IPV6 if packet[:1] and packet[0] & 0xF0 == _V6 else _IPV4
    macs = bytes.fromhex((mac("192.0.2.2") + mac("192.0.2.1")).replace(":", ""))
    return macs + struct.pack(">H", kind) + packet


def _changed(packet: bytes, change: Change) -> bytes:
    kind_at = 12
    while packet[kind_at : kind_at + 2] in _VLANS:
        kind_at += 4
    kind = int.from_bytes(packet[kind_at : kind_at + 2])
    at = kind_at + 2
    data = bytearray(packet)
    if kind == _IPV4 and len(data) >= at + 20:
        _change_ipv4(data, at, change)
    elif kind == _IPV6 and len(data) >= at + 40:
        _replace(data, at + 8, 16, change)
        _replace(data, at + 24, 16, change)
        whole = int.from_bytes(data[at + 4 : at + 6])
        _change_ports(
            data, at + 40, whole, data[at + 6], data[at + 8 : at + 40], change
        )
    return bytes(data)


def _change_ipv4(data: bytearray, at: int, change: Change) -> None:
    _replace(data, at + 12, 4, change)
    _replace(data, at + 16, 4, change)
    header = (data[at] & 15) * 4
    data[at + 10 : at + 12] = bytes(2)
    data[at + 10 : at + 12] = checksum(bytes(data[at : at + header])).to_bytes(2)
    # Of a fragment, only the first has ports, and none has all that is summed up.
    if int.from_bytes(data[at + 6 : at + 8]) & 0x3FFF:
        return
    whole = int.from_bytes(data[at + 2 : at + 4]) - header
    ends = data[at + 12 : at + 20]
    _change_ports(data, at + header, whole, data[at + 9], ends, change)


def _change_ports(  # noqa: PLR0913, PLR0917 -- what a checksum is made of
    data: bytearray, at: int, size: int, proto: int, ends: bytearray, change: Change
) -> None:
    """Changes ports, and makes the checksum good or leaves it unfinished."""
    if proto not in _CHECKSUM_AT or len(data) < at + 8:
        return
    for place in (at, at + 2):
        port = int.from_bytes(data[place : place + 2])
        data[place : place + 2] = change.ports.get(port, port).to_bytes(2)
    sum_at = at + _CHECKSUM_AT[proto]
    # A packet that a NIC was to cut up may say that it has no length at all.
    cut = size < 0 or len(data) < at + size
    none = proto == _UDP and data[sum_at : sum_at + 2] == bytes(2)
    if cut or none:
        return
    pseudo = bytes(ends) + struct.pack(">IHBB", size, 0, 0, proto)
    data[sum_at : sum_at + 2] = bytes(2)
    if change.partial:
        total = ~checksum(pseudo) & 0xFFFF
    else:
        total = checksum(pseudo + bytes(data[at : at + size])) or 0xFFFF
    data[sum_at : sum_at + 2] = total.to_bytes(2)


def _replace(data: bytearray, at: int, size: int, change: Change) -> None:
    old = str(ipaddress.ip_address(bytes(data[at : at + size])))
    new = change.addresses.get(old)
    if new is None:
        return
    packed = ipaddress.ip_address(new).packed
    if len(packed) != size:
        raise ScenarioError(f"capture.map: {old} and {new} are not of one family")
    data[at : at + size] = packed
