"""A site's own roles: what rules fit, and what is wrong with a file."""

from pathlib import Path
from typing import Any

import pytest

from k8s_sync import role_file
from k8s_sync.claims.roles import deriving
from k8s_sync.claims.site_roles import parse
from k8s_sync.errors import ConfigError

WEB: dict[str, Any] = {
    "namespace": "shop",
    "workload": "Deployment/web-7",
    "service_account": "web",
    "labels": ("app=web", "tier=front"),
    "images": ("ghcr.io/demo/web:1",),
}


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ("{namespace: shop}", True),
        ("{namespace: [bank, 'sh?p']}", True),
        ("{namespace: bank}", False),
        ("{workload: Deployment/web-*}", True),
        ("{workload: DaemonSet/*}", False),
        ("{name: web-7}", True),
        ("{service_account: web}", True),
        ("{service_account: shop/web}", True),
        ("{service_account: bank/web}", False),
        ("{labels: {app: web, tier: '*'}}", True),
        ("{labels: {app: web, tier: back}}", False),
        ("{images: demo/web}", True),
        ("{images: [web, '*/api']}", False),
        ("{namespace: shop, kind: pod}", True),
        ("{namespace: shop, kind: service}", False),
        ("{namespace: shop, host_network: true}", False),
        ("{namespace: shop, host_network: false}", True),
    ],
)
def test_a_rule_fits_if_all_it_says_is_so(rule: str, *, fits: bool) -> None:
    rules = parse(f"- {{role: own_word, {rule[1:]}", "roles.yaml")
    assert deriving(rules)(**WEB) == (("own_word",) if fits else ())


def test_rules_count_in_their_order_after_ours() -> None:
    text = """
- {without: scraper, namespace: shop}
- {role: backup, namespace: shop}
- {without: backup, workload: Deployment/web-7}
"""
    derive = deriving(parse(text, "roles.yaml"))
    prometheus = WEB | {"labels": ("app=prometheus",), "workload": "StatefulSet/x"}
    assert deriving()(**prometheus) == ("scraper",)
    assert derive(**prometheus) == ("backup",)
    assert derive(**WEB) == ()


def test_an_empty_file_adds_nothing() -> None:
    assert parse("# nothing yet\n", "roles.yaml") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("role: x", "roles.yaml:1: must be a list of rules, each with a role"),
        ("- {role: [}", "roles.yaml:1: no YAML: expected the node content"),
        (
            "- {role: a, name: x}\n- {namespace: x}",
            "roles.yaml:2: needs either role or without",
        ),
        (
            "\n- {role: a, without: b, name: x}",
            "roles.yaml:2: needs either role or without",
        ),
        ("- {role: a}", "roles.yaml:1: fits everything: say whom it is for"),
        (
            "- {role: Node Agent, name: x}",
            "roles.yaml:1: 'Node Agent' is no role: use a-z, 0-9 and _",
        ),
        ("- {role: a, namspace: x}", "roles.yaml:1: has unknown field `namspace`"),
        (
            "- {role: a, namespace: 5}",
            "roles.yaml:1: Expected `str | array`, got `int`: `namespace`",
        ),
        (
            "- {role: a, kind: job, name: x}",
            "roles.yaml:1: Invalid enum value 'job': `kind`",
        ),
        ("- nonsense", "roles.yaml:1: Expected `object`, got `str`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "roles.yaml")
    assert str(raised.value).startswith(said)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml: No such file"):
        role_file.read(str(tmp_path / "x.yaml"))
    assert role_file.read("") == ()
