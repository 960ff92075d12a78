"""A kube-apiserver as a process, and the certificates that it shows and trusts."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import trustme

from fakes.loopback import free_port
from tests.real.users import READER

READY_WITHIN = 90.0
"""Seconds until a program that was started must answer."""
STOPPED_WITHIN = 3.0
"""Seconds for an orderly end; an API server that has watchers would take a minute."""
HOST = "127.0.0.1"


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
        server = authority.issue_cert(HOST, "localhost")
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
        self.url = f"https://{HOST}:{self.port}"
        command = [
            str(program),
            f"--etcd-servers={etcd}",
            f"--bind-address={HOST}",
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
        self._connections: dict[int, http.client.HTTPSConnection] = {}

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        self._program.start()
        self.ready()

    def ready(self) -> None:
        """Waits until it is ready, as after its etcd was away."""
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
        self._program.stop(number)
        self._disconnect(*self._connections)

    def _connect(self) -> http.client.HTTPSConnection:
        """The connection of this thread."""
        thread = threading.get_ident()
        if thread not in self._connections:
            self._connections[thread] = http.client.HTTPSConnection(
                HOST, self.port, context=self._context, timeout=30
            )
        return self._connections[thread]

    def _disconnect(self, *threads: int) -> None:
        for thread in threads:
            if connection := self._connections.pop(thread, None):
                connection.close()

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

    def write(self, path: str, body: str) -> None:
        """Replaces an object, as the administrator, by what is not read here."""
        kind = {"Content-Type": "application/json"}
        status, said = self._send("PUT", path, body.encode(), kind)
        assert status == http.HTTPStatus.OK, f"{path}: {status} {said.decode()}"

    def read(self, path: str, accept: str) -> bytes:
        """Fetches what is there, as the administrator."""
        status, said = self._send("GET", path, None, {"Accept": accept})
        assert status == http.HTTPStatus.OK, f"{path}: {status} {said.decode()}"
        return said

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        connection = self._connect()
        try:
            connection.request(
                method,
                path,
                body=body,
                headers={**headers, "Authorization": f"Bearer {self._token}"},
            )
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._disconnect(threading.get_ident())
            raise
