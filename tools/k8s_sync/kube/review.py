"""Asks an API server who it is and what it allows, for ``k8s-sync check``."""

import msgspec

from k8s_sync.errors import BadAnswerError, NotServedError
from k8s_sync.kube.client import ApiClient
from k8s_sync.kube.decode import Decoder
from k8s_sync.kube.resources import NAMESPACES, Resource

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class _Version(msgspec.Struct, rename="camel"):
    git_version: str


class _Answer(msgspec.Struct):
    allowed: bool = False
    reason: str = ""


class _Review(msgspec.Struct):
    status: _Answer


class _Named(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    resources: list[_Named] = []


async def server_version(client: ApiClient) -> str:
    """The version of the server, such as ``v1.36.2``.

    Raises:
        TransientError: The server cannot be asked.
    """
    body = await client.get("/version")
    try:
        return msgspec.json.decode(body, type=_Version).git_version
    except msgspec.DecodeError as error:
        server = client.credentials.server
        raise BadAnswerError(f"{server} is no Kubernetes API server") from error


async def served(client: ApiClient, resource: Resource) -> bool:
    """Whether the server has such objects at all.

    Raises:
        TransientError: The server cannot be asked.
    """
    try:
        body = await client.get(resource.path().rpartition("/")[0])
    except NotServedError:
        return False
    try:
        group = msgspec.json.decode(body, type=_Group)
    except msgspec.DecodeError as error:
        raise BadAnswerError(f"no answer to what there is: {error}") from error
    return any(found.name == resource.name for found in group.resources)


async def cluster_uid(client: ApiClient) -> str:
    """What tells clusters apart however they are called; empty if it is not told.

    Raises:
        TransientError: The server cannot be asked, or does not tell.
    """
    body = await client.get(
        NAMESPACES.path(),
        {"fieldSelector": "metadata.name=kube-system"},
        accept=NAMESPACES.accept(watch=False),
    )
    items = Decoder(metadata_only=True).page(body).items
    return items[0].metadata.uid if items else ""


async def may(
    client: ApiClient, verb: str, resource: Resource, namespace: str = ""
) -> bool:
    """Whether we may do that. Nothing is done.

    Args:
        client: An open client.
        verb: ``list`` or ``watch``.
        resource: The kind of objects.
        namespace: In this namespace only; empty for all.

    Raises:
        TransientError: The server cannot be asked.
    """
    attributes = {
        "verb": verb,
        "group": resource.group,
        "version": resource.version,
        "resource": resource.name,
        "namespace": namespace,
    }
    question = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    body = await client.post(_REVIEWS, msgspec.json.encode(question))
    try:
        return msgspec.json.decode(body, type=_Review).status.allowed
    except msgspec.DecodeError as error:
        raise BadAnswerError(f"no answer to an access review: {error}") from error
