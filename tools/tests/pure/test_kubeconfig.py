"""Kubeconfig files mean what they mean to kubectl."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from k8s_sync.errors import ConfigError
from k8s_sync.kube.kubeconfig import load
from k8s_sync.kube.profile import Profile


def config(**changes: Any) -> dict[str, Any]:
    cluster = {"server": "https://one:6443", **changes.get("cluster", {})}
    return {
        "current-context": "c1",
        "clusters": [{"name": "one", "cluster": cluster}],
        "users": [{"name": "me", "user": changes.get("user", {})}],
        "contexts": [
            {"name": "c1", "context": {"cluster": "one", "user": "me"}},
            {"name": "c2", "context": {"cluster": "one", "user": "nobody"}},
        ],
    }


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value))
    return path


def loaded(tmp_path: Path, **changes: Any) -> Profile:
    return load([write(tmp_path / "config", config(**changes))])


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_files_are_relative_to_the_kubeconfig(tmp_path: Path) -> None:
    path = write(
        tmp_path / "deep" / "config",
        config(
            cluster={"certificate-authority": "ca.pem", "tls-server-name": "kube"},
            user={
                "client-certificate": "../me.crt",
                "client-key": "/keys/me.key",
                "tokenFile": "token",
            },
        ),
    )
    profile = load([path])
    assert profile.ca_file == str(tmp_path / "deep" / "ca.pem")
    assert profile.cert_file == str(tmp_path / "deep" / ".." / "me.crt")
    assert profile.key_file == "/keys/me.key"
    assert profile.token_file == str(tmp_path / "deep" / "token")
    assert profile.tls_server_name == "kube"
    assert profile.watched == (str(path),)


def test_data_goes_before_files(tmp_path: Path) -> None:
    data = {"certificate-authority-data": encoded("CA"), "certificate-authority": "f"}
    user = {"client-certificate-data": encoded("C"), "client-key-data": encoded("K")}
    profile = loaded(tmp_path, cluster=data, user=user)
    assert (profile.ca_data, profile.ca_file) == ("CA", "")
    assert (profile.cert_data, profile.key_data) == ("C", "K")


def test_the_first_file_wins(tmp_path: Path) -> None:
    """Each name from where it comes first; files that are missing do not matter."""
    first = write(
        tmp_path / "a" / "config",
        {"users": [{"name": "me", "user": {"token": "first", "tokenFile": "t"}}]},
    )
    second = write(tmp_path / "b" / "config", config(user={"token": "second"}))
    profile = load([tmp_path / "missing", first, second])
    assert profile.token == "first"
    assert profile.token_file == str(tmp_path / "a" / "t")
    assert profile.server == "https://one:6443"


def test_impersonation(tmp_path: Path) -> None:
    user = {
        "as": "jane",
        "as-uid": "7",
        "as-groups": ["dev", "ops"],
        "as-user-extra": {"acme.com/team": ["x"]},
    }
    assert loaded(tmp_path, user=user).headers == (
        ("Impersonate-User", "jane"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Extra-acme.com%2Fteam", "x"),
    )


def test_plugins(tmp_path: Path) -> None:
    spec = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "./bin/login",
        "args": ["--secret=s3cret"],
        "env": [{"name": "A", "value": "B"}],
        "installHint": "get it",
        "provideClusterInfo": True,
        "interactiveMode": "IfAvailable",
    }
    name = "client.authentication.k8s.io/exec"
    extensions = [{"name": name, "extension": {"audience": "x"}}]
    profile = loaded(tmp_path, user={"exec": spec}, cluster={"extensions": extensions})
    plugin = profile.plugin
    assert plugin
    assert plugin.command == str(tmp_path / "bin" / "login")
    assert plugin.env == (("A", "B"),)
    assert plugin.cluster_config == {"audience": "x"}
    assert "s3cret" not in repr(plugin)
    bare = loaded(tmp_path, user={"exec": {**spec, "command": "aws"}}).plugin
    assert bare
    assert bare.command == "aws"


def test_the_token_of_an_old_oidc_provider(tmp_path: Path) -> None:
    oidc = {"name": "oidc", "config": {"id-token": "abc", "client-id": "x"}}
    assert loaded(tmp_path, user={"auth-provider": oidc}).token == "abc"


def test_no_secret_shows(tmp_path: Path) -> None:
    secrets = {"token": "s3cret", "password": "s3cret", "username": "u"}
    secrets["client-key-data"] = encoded("s3cret")
    assert "s3cret" not in repr(loaded(tmp_path, user=secrets))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"cluster": {"server": "kube:6443"}}, "no URL"),
        ({"cluster": {"server": "https://me:s3cret@kube"}}, "user and password"),
        ({"cluster": {"proxy-url": "socks5://s3cret@x"}}, "only HTTP proxies"),
        ({"cluster": {"certificate-authority-data": "s3cret!"}}, "not PEM"),
        (
            {
                "cluster": {
                    "insecure-skip-tls-verify": True,
                    "certificate-authority": "a",
                }
            },
            "contradicts",
        ),
        ({"cluster": {"server": 5}}, "no kubeconfig: Expected `str`"),
        ({"user": {"auth-provider": {"name": "gcp"}}}, "use an exec plugin"),
        (
            {"user": {"exec": {"command": "x", "apiVersion": "client/v1alpha1"}}},
            "client/v1alpha1",
        ),
        (
            {
                "user": {
                    "exec": {
                        "command": "x",
                        "apiVersion": "client.authentication.k8s.io/v1",
                        "interactiveMode": "Always",
                    }
                }
            },
            "terminal",
        ),
    ],
)
def test_what_cannot_work_is_said_at_once(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        loaded(tmp_path, **changes)
    assert "s3cret" not in str(caught.value)


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    """The message lists the names that there are."""
    path = write(tmp_path / "config", config())
    with pytest.raises(ConfigError, match=r"no context 'x' in .* 'c1', 'c2'"):
        load([path], "x")
    with pytest.raises(ConfigError, match=r"no user 'nobody' in .* 'me'"):
        load([path], "c2")
    with pytest.raises(ConfigError, match="--kubeconfig"):
        load([tmp_path / "missing"])
    with pytest.raises(ConfigError, match="no current context"):
        load([write(tmp_path / "config", {})])


def test_a_place_where_nobody_may_look_is_told(tmp_path: Path) -> None:
    """As with that of another user. A name that is too long fails for root, too."""
    other = write(tmp_path / "config", config())
    with pytest.raises(ConfigError, match=r"cannot read .*nnn: "):
        load([tmp_path / ("n" * 300), other])
    assert load([other / "inside of a file", other]).server == "https://one:6443"


def test_a_file_that_is_no_yaml_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text('users:\n- token: "s3cret\n  }{')
    with pytest.raises(ConfigError, match="not YAML") as caught:
        load([path])
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
