"""``k8s-sync check`` finds in a real cluster what the daemon would lack."""

from base64 import b64encode

import pytest
import trustme

from fakes.loopback import free_port
from tests.real.stage import RESOURCES, Stage
from tests.real.users import LESSER, READER, SHOPPER, SHOPPER_NAMESPACE, STRANGER


async def test_all_is_well(stage: Stage) -> None:
    code, said = await stage.check(stage.kubeconfig())
    assert code == 0, said
    lines = said.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert any(stage.plane.api.url in line and ": v1." in line for line in lines)
    for name in RESOURCES:
        assert any(line.endswith(f"list and watch {name}") for line in lines), name


async def test_a_client_certificate(stage: Stage) -> None:
    """As those who set up a cluster have it."""
    certificates = stage.plane.certificates
    user = {
        "client-certificate-data": b64encode(certificates.client_cert).decode(),
        "client-key-data": b64encode(certificates.client_key).decode(),
    }
    path = stage.folder / "kubeconfig"
    kubeconfig = stage.plane.kubeconfig(path, credentials=user)
    code, said = await stage.check(kubeconfig)
    assert code == 0, said


async def test_what_the_role_lacks_is_named(stage: Stage) -> None:
    code, said = await stage.check(stage.kubeconfig(LESSER))
    assert code == 1
    [line] = [line for line in said.splitlines() if not line.startswith("ok ")]
    assert line == (
        "FAILED  list and watch replicasets: list and watch not allowed (something"
        ' less is known): the ClusterRole needs apiGroups: ["apps"], resources:'
        ' ["replicasets"], verbs: ["list", "watch"]'
    )


async def test_a_role_in_one_namespace(stage: Stage) -> None:
    """Is enough for that namespace, and for nothing else."""
    kubeconfig = stage.kubeconfig(SHOPPER)
    code, said = await stage.check(kubeconfig, f"--namespace={SHOPPER_NAMESPACE}")
    assert code == 0, said
    assert "nodes" not in said
    code, said = await stage.check(kubeconfig)
    assert code == 1
    assert said.count("FAILED") == len(RESOURCES)
    assert "nothing works without" in said


@pytest.mark.parametrize(
    ("user", "wrong", "words"),
    [
        (STRANGER, "", ("401", "renew the credentials")),
        (READER, "server", ("is it up?",)),
        (READER, "authority", ("TLS failed", "check the certificate authority")),
    ],
)
async def test_no_way_in(
    stage: Stage, user: str, wrong: str, words: tuple[str, ...]
) -> None:
    kubeconfig = stage.plane.kubeconfig(
        stage.folder / "kubeconfig",
        user,
        server=f"https://127.0.0.1:{free_port()}" if wrong == "server" else "",
        authority=trustme.CA().cert_pem.bytes() if wrong == "authority" else b"",
    )
    code, said = await stage.check(kubeconfig)
    assert code == 1
    assert "FAILED" in said
    for word in words:
        assert word in said


async def test_a_zeek_that_is_not_there(stage: Stage) -> None:
    url = f"ws://127.0.0.1:{free_port()}/v1/messages/json"
    code, said = await stage.check(stage.kubeconfig(), f"--zeek={url}")
    assert code == 1
    assert f"FAILED  Zeek {url}" in said
    assert f"ok      Zeek {stage.zeek.url}" in said
