"""A kube-apiserver and its etcd on loopback, with certificates of their own making.

Nothing else of Kubernetes runs: no scheduler, no kubelet, no controllers. What they
would write, tests write themselves.
"""

import base64
import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import trustme

READY_WITHIN = 90.0
"""Seconds until a program that was started must answer."""
STOPPED_WITHIN = 3.0
"""Seconds for an orderly end; an API server that has watchers would take a minute."""

ADMIN, READER, LESSER, SHOPPER = "admin", "k8s-sync", "k8s-sync-less", "k8s-sync-shop"
"""Users: of everything, of what the daemon reads, of less, and of one namespace."""
STRANGER = "stranger"
"""Not a user: has a token that the API server does not know."""
SHOPPER_NAMESPACE = "only"

READABLE = {
    "": ["namespaces", "nodes", "pods", "services"],
    "apps": ["replicasets"],
    "batch": ["jobs"],
}
_LESS = {**READABLE, "apps": []}
_HOST = "127.0.0.1"


def free_port() -> int:
    """Finds a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Program:
    """A process that tells the world in a file what it does."""

    def __init__(self, name: str, command: Iterable[str | Path], folder: Path) -> None:
        self.name = name
        self._command = [str(part) for part in command]
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._log.parent)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- found by `envtest`
                self._command, stdout=log, stderr=log, env=environment
            )

    def check(self) -> None:
        """Raises unless it runs."""
        if self._process is None or self._process.poll() is not None:
            said = self._log.read_text(errors="replace")[-4000:]
            raise RuntimeError(f"{self.name} does not run; it said:\n{said}")

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Certificates:
    """The files of an authority, a server and the signer of service accounts."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        server = authority.issue_cert(_HOST, "localhost")
        signer = authority.issue_cert("service-accounts.example")
        client = authority.issue_cert("client.example", common_name=READER)
        self.authority = authority.cert_pem.bytes()
        self.client_cert = client.cert_chain_pems[0].bytes()
        self.client_key = client.private_key_pem.bytes()
        self.cert, self.key = folder / "server.pem", folder / "server.key"
        self.signer, self.ca = folder / "signer.key", folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        server.cert_chain_pems[0].write_to_path(self.cert)
        server.private_key_pem.write_to_path(self.key)
        signer.private_key_pem.write_to_path(self.signer)
        self.context = ssl.create_default_context()
        authority.configure_trust(self.context)


class ApiServer:
    """One kube-apiserver; may be stopped and started again on the same port."""

    def __init__(
        self,
        program: Path,
        *flags: str,
        folder: Path,
        etcd: str,
        certificates: Certificates,
        tokens: Path,
    ) -> None:
        self.port = free_port()
        self.url = f"https://{_HOST}:{self.port}"
        command = [
            str(program),
            f"--etcd-servers={etcd}",
            f"--bind-address={_HOST}",
            f"--secure-port={self.port}",
            f"--cert-dir={folder}",
            f"--tls-cert-file={certificates.cert}",
            f"--tls-private-key-file={certificates.key}",
            f"--token-auth-file={tokens}",
            f"--client-ca-file={certificates.ca}",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={certificates.signer}",
            f"--service-account-key-file={certificates.signer}",
            "--service-cluster-ip-range=10.96.0.0/16",
            # Loopback cannot be the address of a service.
            "--endpoint-reconciler-type=none",
            "--profiling=false",
            *flags,
        ]
        self._program = Program(f"kube-apiserver-{self.port}", command, folder)
        self._context = certificates.context
        self._token = tokens.read_text().partition(",")[0]
        self._connection: http.client.HTTPSConnection | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        self._program.start()
        until = time.monotonic() + READY_WITHIN
        while True:
            self._program.check()
            with suppress(OSError, http.client.HTTPException):
                status, said = self._send("GET", "/readyz?verbose", None, {})
                if status == http.HTTPStatus.OK:
                    return
                if time.monotonic() > until:
                    raise RuntimeError(f"kube-apiserver is not ready: {said.decode()}")
            if time.monotonic() > until:
                raise RuntimeError("kube-apiserver does not answer")
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Stops it, by default without giving it time for anything."""
        self._disconnect()
        self._program.stop(number)

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        wanted: Iterable[int] = (200, 201),
    ) -> Any:
        """Sends a request as the administrator and returns the answer."""
        kind = "merge-patch+json" if method == "PATCH" else "json"
        status, said = self._send(
            method,
            path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": f"application/{kind}"},
        )
        assert status in wanted, f"{method} {path}: {status} {said.decode()}"
        return json.loads(said)

    def read(self, path: str, accept: str) -> bytes:
        """Fetches what is there, as the administrator."""
        status, said = self._send("GET", path, None, {"Accept": accept})
        assert status == http.HTTPStatus.OK, f"{path}: {status} {said.decode()}"
        return said

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                _HOST, self.port, context=self._context, timeout=30
            )
        try:
            self._connection.request(
                method,
                path,
                body=body,
                headers={**headers, "Authorization": f"Bearer {self._token}"},
            )
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._disconnect()
            raise


class ControlPlane:
    """An etcd, an API server, and those who may use it."""

    def __init__(self, programs: Mapping[str, Path], folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._client, peer = (f"http://{_HOST}:{free_port()}" for _ in range(2))
        self._etcd = Program(
            "etcd",
            [
                programs["etcd"],
                f"--data-dir={folder / 'etcd'}",
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
        self._grant(LESSER, _LESS)
        self.api.call("POST", "/api/v1/namespaces", _named(SHOPPER_NAMESPACE))
        self._grant(SHOPPER, READABLE, SHOPPER_NAMESPACE)

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
