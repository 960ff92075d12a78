"""Which pods are Zeeks, and which of them can be called."""

import pytest

from k8s_sync.config import load
from k8s_sync.errors import ConfigError
from k8s_sync.kube.objects import Condition, Ip, Object, Status
from k8s_sync.zeek_pods import ZeekPods, address, parse, ready


def pod(phase: str = "Running", ip: str = "10.0.0.1", state: str = "True") -> Object:
    conditions = (
        Condition(type="Initialized", status="True"),
        Condition(type="Ready", status=state),
    )
    status = Status(phase=phase, pod_ip=ip, pod_ips=(Ip(ip=ip),), conditions=conditions)
    return Object(status=status)


def test_forms() -> None:
    assert parse("zeek/app=sensor") == ZeekPods("zeek", "app=sensor", 27759)
    name = "app.kubernetes.io/name=zeek"
    assert parse(f"a-b/{name}:4711") == ZeekPods("a-b", name, 4711)
    assert str(parse("zeek/app=sensor")) == "pods with app=sensor in zeek"


@pytest.mark.parametrize(
    "text",
    [
        *("zeek", "app=zeek", "zeek/app", "zeek/=zeek", "Zeek/app=zeek", "/app=zeek"),
        *("zeek/app=zeek:", "zeek/app=zeek:0", "zeek/app=zeek:65536", "zeek/a=b,c=d"),
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not NAMESPACE/LABEL=VALUE"):
        load({"zeek_pods": [text]}, {})


def test_what_may_be_called() -> None:
    assert (address(pod()), ready(pod())) == ("10.0.0.1", True)
    assert address(pod(ip="fd00::1")) == "[fd00::1]"
    assert address(pod(ip="localhost")) == ""
    assert address(pod(ip="")) == ""
    assert address(pod(phase="Succeeded")) == ""
    assert not ready(pod(state="False"))
    assert not ready(Object())


def test_whoever_names_pods_wants_no_zeek_on_this_machine() -> None:
    assert load({"zeek_pods": ["zeek/app=zeek"]}, {}).config.zeek == ()
    both = {"zeek_pods": ["zeek/app=zeek"], "zeek": ["ws://a:1/x"]}
    assert load(both, {}).config.zeek == ("ws://a:1/x",)


def test_files_have_no_pods_to_watch() -> None:
    for name, value in (("node", "n1"), ("zeek_pods", ["zeek/app=zeek"])):
        with pytest.raises(ConfigError, match=f"--{name.replace('_', '-')}: {name}"):
            load({name: value, "source": ["pods.json"]}, {})
