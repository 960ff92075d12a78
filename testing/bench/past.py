"""The past of a busy cluster: addresses that pods had one after the other.

The same for the same numbers, in the order of time, without end.
"""

import random
import sqlite3
from collections.abc import Iterator

from k8s_sync.model import SECOND, Claim, Owner

BEGIN = 1_700_000_000 * SECOND
LIFE = 600 * SECOND
"""How long a pod has its address."""
PAUSE = 60 * SECOND
"""How long nobody has it then."""
WORKLOADS = 500
NODES = 500


def address_of(number: int) -> bytes:
    """One of 16 million addresses."""
    return bytes(10) + b"\xff\xff\x0a" + number.to_bytes(3)


def claims(addresses: int) -> Iterator[Claim]:
    """Makes claims on as many addresses, each of which goes from pod to pod."""
    dice = random.Random(addresses)  # noqa: S311 -- nobody guards a secret with it
    number = 0
    while True:
        # All addresses change hands once in each round, in an order of its own.
        round_, place = divmod(number, addresses)
        if not place:
            order = list(range(addresses))
            dice.shuffle(order)
        offset = (LIFE + PAUSE) * place // addresses
        start = BEGIN + round_ * (LIFE + PAUSE) + offset
        yield Claim(
            cluster="prod",
            address=address_of(order[place]),
            owner=_pod(dice),
            start=start,
            end=start + LIFE,
            ended="deleted",
            revision=start + number % 100,
        )
        number += 1


def _pod(dice: random.Random) -> Owner:
    digits = f"{dice.getrandbits(128):032x}"
    uid = "-".join(
        (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    )
    app = f"app-{dice.randrange(WORKLOADS)}"
    node = dice.randrange(NODES)
    return Owner(
        kind="pod",
        uid=uid,
        namespace=f"team-{app[-1]}",
        pod=f"{app}-6d4b75cb6d-{digits[:5]}",
        workload=f"Deployment/{app}",
        node=f"node-{node}",
        service=app,
        service_account="default",
        labels=(f"app={app}", "pod-template-hash=6d4b75cb6d", "tier=front"),
        images=(f"registry.example.com/{app}:1.2.3",),
        zone=f"zone-{node % 3}",
    )


def multiply(connection: sqlite3.Connection, copies: int, span: int) -> None:
    """Makes a longer past of one that is in a history, by SQL alone.

    Each copy has objects of its own, and is later than the one before. That is what a
    writer would have written, in a tenth of the time.

    Args:
        connection: Writes to a history.
        copies: How many to add.
        span: How much later each is, in microseconds.
    """
    (owners,) = connection.execute("SELECT max(id) FROM owners").fetchone()
    for n in range(1, copies + 1):
        values = {"n": n, "owners": owners, "later": n * span, "mark": n.to_bytes(2)}
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO owners SELECT id + :n * :owners,"
            " CAST(:mark || substr(uid, 3) AS BLOB), pod || :n, template, place"
            " FROM owners WHERE id <= :owners",
            values,
        )
        connection.execute(
            "INSERT INTO claims SELECT owner + :n * :owners, address, domain,"
            " start + :later, port, proto, version, revision + :later, until + :later,"
            " ended, terminating, heard FROM claims WHERE owner <= :owners",
            values,
        )
        connection.execute("COMMIT")
