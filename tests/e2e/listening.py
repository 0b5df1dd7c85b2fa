"""On which addresses a process and all that it started listen, as Linux tells it."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

_LISTEN = "0A"


def listening_addresses(pid: int) -> set[str]:
    """The addresses, each once."""
    sockets = {inode for process in _family(pid) for inode in _socket_inodes(process)}
    return {address for address, inode in _listeners() if inode in sockets}


def _family(pid: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except FileNotFoundError:
            continue  # it has ended meanwhile
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _socket_inodes(pid: int) -> set[str]:
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    return inodes


def _listeners() -> list[tuple[str, str]]:
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN:
                found.append((_address(fields[1].split(":")[0]), fields[9]))
    return found


def _address(text: str) -> str:
    # Words of 32 bits, each in the machine's (little-endian) order.
    raw = b"".join(bytes.fromhex(text[i : i + 8])[::-1] for i in range(0, len(text), 8))
    return str(IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw))
