"""Whatever happens, in the end the reflector and a fresh list agree."""

import asyncio
import random
from typing import Any

import pytest

from fakes.api_server import FakeApiServer
from k8s_sync.kube.changes import Applied, Deleted
from k8s_sync.kube.decode import Decoder
from k8s_sync.kube.resources import PODS
from tests.service.following import Following, client_of, following, pod, until, world

STEPS = 150


def fault(dice: random.Random) -> dict[str, Any]:
    return dice.choice(
        [
            {"cut_after": dice.randrange(3000)},
            {"cut_after": dice.randrange(3000), "reset": True},
            {"reset": True},
            {"stall_after": dice.randrange(2000)},
            {"status": dice.choice([401, 410, 422, 429, 500, 503, 504])},
            {"error_event": dice.choice([410, 429, 500, 504])},
            {"empty": True},
            {"body": dice.choice([b"", b"{}", b"<html>", b'{"type":'])},
            {"drip": dice.randrange(1, 200)},
            {"no_mark": True},
            {"no_end": True},
            {"shuffle": dice.shuffle, "repeat": True},
        ]
    )


def change(api: FakeApiServer, dice: random.Random) -> None:
    """Does one random thing to the cluster."""
    name = f"p{dice.randrange(12)}"
    store = api.store
    there = {obj["metadata"]["name"] for obj in store.objects("pods")}
    match dice.randrange(10):
        case 0 | 1 | 2 | 3 if name not in there:
            store.create("pods", pod(name, f"10.0.0.{dice.randrange(1, 9)}"))
        case 4 | 5 if name in there:
            store.delete("pods", "shop", name)
        case 6 | 7 if name in there:
            ip = f"10.0.0.{dice.randrange(1, 9)}"
            store.patch("pods", "shop", name, {"status": {"podIP": ip}})
        case 8 if dice.random() < 0.3:
            store.trim("pods", keep=dice.randrange(5))
        case 9:
            api.faults.add(verb=dice.choice(["any", "watch", "list"]), **fault(dice))
            if dice.random() < 0.5:
                api.drop(reset=dice.random() < 0.5)


def assert_told_in_order(f: Following) -> None:
    """A name has one owner at a time, and versions of an owner do not go back."""
    owners: dict[str, str] = {}
    versions: dict[str, int] = {}
    for told in f.view.changes:
        match told:
            case Applied(object=obj):
                uid = obj.metadata.uid
                assert owners.setdefault(obj.metadata.name, uid) == uid
                version = int(obj.metadata.resource_version)
                assert version > versions.get(uid, 0)
                versions[uid] = version
            case Deleted(uid=uid, name=name):
                if owners.get(name) == uid:
                    del owners[name]


@pytest.mark.parametrize("seed", range(6))
async def test_random_operations_and_faults(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - to be the same each time
    async with FakeApiServer() as api:
        api.habits.bookmark_interval = 0.05
        api.habits.gone_in_stream = seed % 2 == 0
        api.habits.watch_list = ("yes", "refuse", "yes")[seed % 3]
        surroundings = world(seed=seed, page_size=4)
        async with following(api, surroundings=surroundings, silence=0.3) as f:
            for _ in range(STEPS):
                change(api, dice)
                if dice.random() < 0.4:
                    await asyncio.sleep(dice.random() * 0.01)
            api.faults.clear()
            api.store.create("pods", pod("last"))
            await until(f.agrees, 20)
            await asyncio.sleep(0.1)

            async with client_of(api) as client:
                body = await client.get(PODS.path())
            fresh = {
                item.metadata.uid: (item.metadata.name, item.metadata.resource_version)
                for item in Decoder().page(body).items
            }
            assert f.view.objects == fresh
            assert {entry.uid for entry in f.reflector.known} == set(fresh)
            assert_told_in_order(f)
