"""TLS contexts that follow their files: authorities and certificates rotate."""

import contextlib
import logging
import os
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from k8s_sync.errors import CredentialError
from k8s_sync.kube.profile import Profile

_log = logging.getLogger(__name__)

Signature = tuple[tuple[int, int, int] | None, ...]


def signature(paths: tuple[str, ...]) -> Signature:
    """What changes when one of the files is replaced or rewritten."""
    return tuple(_stamp(path) for path in paths if path)


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class TlsContext:
    """The context for one profile, rebuilt when what it is made of has changed."""

    def __init__(self) -> None:
        self._context: ssl.SSLContext | None = None
        self._made_of: object = None

    def current(
        self, profile: Profile, client_cert: tuple[str, str] | None = None
    ) -> ssl.SSLContext:
        """The context to use now. Same object as before if nothing has changed.

        Args:
            profile: Whose files count.
            client_cert: Certificate and key as PEM, instead of the profile's.

        Raises:
            CredentialError: A file is missing or broken, and there is no earlier
                context to go on with.
        """
        files = (profile.ca_file, profile.cert_file, profile.key_file)
        made_of = (profile, client_cert, signature(files))
        if self._context is None or made_of != self._made_of:
            try:
                self._context = _build(profile, client_cert)
            except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
                message = f"{profile.origin}: cannot use its certificates: {error}"
                if self._context is None:
                    raise CredentialError(message) from error
                # Half of a rotation: the next request looks again.
                _log.warning("%s; going on with the former ones", message)
                return self._context
            self._made_of = made_of
        return self._context


def _build(profile: Profile, client_cert: tuple[str, str] | None) -> ssl.SSLContext:
    context = ssl.create_default_context(
        cafile=profile.ca_file or None, cadata=profile.ca_data or None
    )
    # Python 3.13 began to refuse authorities without a key identifier, and
    # clusters live with theirs for ten years.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if profile.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    cert, key = client_cert or (
        profile.cert_data or _text(profile.cert_file),
        profile.key_data or _text(profile.key_file),
    )
    if cert:
        with _as_file(f"{cert}\n{key}\n") as path:
            # The password keeps OpenSSL from asking for one at the terminal.
            context.load_cert_chain(path, password="")
    return context


def _text(path: str) -> str:
    return Path(path).read_text(encoding="ascii", errors="replace") if path else ""


@contextlib.contextmanager
def _as_file(text: str) -> Iterator[str]:
    """OpenSSL takes keys from files only. Keep them off the disk where possible."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("k8s-sync")
        path = f"/proc/self/fd/{descriptor}"
    else:
        descriptor, path = tempfile.mkstemp()
    try:
        os.write(descriptor, text.encode())
        yield path
    finally:
        os.close(descriptor)
        if not path.startswith("/proc/"):
            Path(path).unlink()
