"""A kube-apiserver and its etcd on loopback, with certificates of their own making.

Nothing else of Kubernetes runs: no scheduler, no kubelet, no controllers. What they
would write, tests write themselves.
"""

import base64
import http.client
import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fakes.loopback import free_port
from tests.real.api_server import (
    HOST,
    ApiServer,
    Certificates,
    Program,
)
from tests.real.users import (
    ADMIN,
    LESS,
    LESSER,
    READABLE,
    READER,
    SHOPPER,
    SHOPPER_NAMESPACE,
    STRANGER,
)


class ControlPlane:
    """An etcd, an API server, and those who may use it."""

    def __init__(self, programs: Mapping[str, Path], folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._client, peer = (f"http://{HOST}:{free_port()}" for _ in range(2))
        self._data = folder / "etcd"
        self._etcd = Program(
            "etcd",
            [
                programs["etcd"],
                f"--data-dir={self._data}",
                f"--listen-client-urls={self._client}",
                f"--advertise-client-urls={self._client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
                "--unsafe-no-fsync",
            ],
            folder,
        )
        self.certificates = Certificates(folder)
        users = (ADMIN, READER, LESSER, SHOPPER, STRANGER)
        self.tokens = {user: secrets.token_hex(20) for user in users}
        self._token_file = folder / "tokens.csv"
        lines = [
            f"{token},{user},{user}" + (',"system:masters"' if user == ADMIN else "")
            for user, token in self.tokens.items()
            if user != STRANGER
        ]
        self._token_file.write_text("\n".join(lines))
        self.api = self.another()

    def another(self, *flags: str) -> ApiServer:
        """Makes one more API server for the same etcd; it is not started."""
        return ApiServer(
            self._programs["kube-apiserver"],
            *flags,
            folder=self._folder,
            etcd=self._client,
            certificates=self.certificates,
            tokens=self._token_file,
        )

    def start(self) -> None:
        """Starts everything and grants the users what is theirs."""
        self._etcd.start()
        self.api.start()
        self._grant(READER, READABLE)
        self._grant(LESSER, LESS)
        self.api.call("POST", "/api/v1/namespaces", _named(SHOPPER_NAMESPACE))
        self._grant(SHOPPER, READABLE, SHOPPER_NAMESPACE)

    def restart_etcd(self) -> None:
        """Kills etcd, and starts it again with what it had written."""
        self._etcd.stop()
        self._etcd.start()

    def stop(self) -> None:
        """Stops everything; nothing is to be kept."""
        self.api.stop()
        self._etcd.stop()

    def kubeconfig(
        self,
        path: Path,
        user: str = READER,
        *,
        server: str = "",
        authority: bytes = b"",
        credentials: Mapping[str, str] | None = None,
    ) -> Path:
        """Writes a kubeconfig.

        Args:
            path: The file to write.
            user: Whose token is in it, unless there are credentials.
            server: The URL, if not that of the API server.
            authority: The certificate to trust, if not the right one.
            credentials: What the user has in place of a token.
        """
        trusted = base64.b64encode(authority or self.certificates.authority).decode()
        cluster = {
            "server": server or self.api.url,
            "certificate-authority-data": trusted,
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [
                {"name": "u", "user": credentials or {"token": self.tokens[user]}}
            ],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        path.write_text(json.dumps(config))
        return path

    def compact(self) -> None:
        """Makes etcd forget all of its history but the present."""
        header = self._ask_etcd("/v3/maintenance/status", {})["header"]
        compaction = {"revision": header["revision"], "physical": True}
        self._ask_etcd("/v3/kv/compaction", compaction)

    def back_up(self) -> Path:
        """Copies all that etcd holds; API servers see it restart."""
        backup = self._folder / "backup"
        self._etcd.stop()
        shutil.copytree(self._data, backup, dirs_exist_ok=True)
        self._etcd.start()
        self.api.ready()
        return backup

    def restore(self, backup: Path) -> None:
        """Puts a backup back, with all stopped, as one is told to; starts nothing."""
        self.api.stop()
        self._etcd.stop()
        shutil.rmtree(self._data)
        shutil.copytree(backup, self._data)
        self._etcd.start()

    def _ask_etcd(self, path: str, question: Mapping[str, Any]) -> Any:
        connection = http.client.HTTPConnection(
            self._client.removeprefix("http://"), timeout=30
        )
        try:
            connection.request("POST", path, body=json.dumps(question))
            response = connection.getresponse()
            said = response.read()
        finally:
            connection.close()
        assert response.status == http.HTTPStatus.OK, said.decode()
        return json.loads(said)

    def _grant(
        self, user: str, readable: Mapping[str, list[str]], namespace: str = ""
    ) -> None:
        kind = "Role" if namespace else "ClusterRole"
        root = "/apis/rbac.authorization.k8s.io/v1"
        where = f"{root}/namespaces/{namespace}" if namespace else root
        rules = [
            {"apiGroups": [group], "resources": names, "verbs": ["list", "watch"]}
            for group, names in readable.items()
            if names
        ]
        api = "rbac.authorization.k8s.io"
        binding = {
            "roleRef": {"apiGroup": api, "kind": kind, "name": user},
            "subjects": [{"apiGroup": api, "kind": "User", "name": user}],
        }
        path = f"{where}/{kind.lower()}s"
        self.api.call("POST", path, {**_named(user), "rules": rules})
        path = f"{where}/{kind.lower()}bindings"
        self.api.call("POST", path, {**_named(user), **binding})


def _named(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}
