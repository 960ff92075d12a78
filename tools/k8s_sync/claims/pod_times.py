"""Since when, and until when, a pod has its network, as its status tells it.

The API keeps whole seconds: what it tells is the beginning of the second in which it
happened (`Time.MarshalJSON` of k8s.io/apimachinery cuts the rest).
"""

import msgspec

from k8s_sync.claims.facts import Place, Reader
from k8s_sync.kube.objects import ContainerStatus, Object
from k8s_sync.model import SECOND

_SANDBOX = "PodReadyToStartContainers"
_DISRUPTION = "DisruptionTarget"
_COLLECTED = "DeletionByPodGC"
_LOST = "NodeLost"


class Times(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Times of a pod in microseconds."""

    start: int | None
    """From then on its addresses were surely its own; unset: nothing tells."""
    stamped: int | None
    """When its network was last reported to be up; later than it was."""
    ran: bool
    """One of its containers has run."""
    finished: int | None
    """When its last container had ended, if all have; unset: that is not told."""
    last: int
    """The latest time in its status: then it was heard of."""

    def finished_by(self, now: int) -> int | None:
        """Returns `finished` if that can be, as far as clocks agree."""
        if self.finished is None or self.finished - SECOND > now:
            return None
        return self.finished


class _Container(msgspec.Struct, frozen=True, gc=False):
    started: int | None
    finished: int | None
    running: bool = False
    lost: bool = False
    """It ended, but nobody knows when."""


def times(  # noqa: PLR0913 -- options by name
    read: Reader, at: Place, obj: Object, begun: int, *, created: int, mirror: bool
) -> Times:
    """Reads the times of a pod.

    The address is the pod's from the moment its CNI plugin returns, which no field
    tells. `begun` (the kubelet took the pod on) comes before, but volumes or a failing
    CNI plugin may put minutes between, in which the address was still somebody else's:
    it is never taken for the start. The transition time of PodReadyToStartContainers
    comes after: the kubelet writes it when it next looks, before Kubernetes 1.35 only
    after it has pulled images and started containers; before 1.29 there is none. It is
    cut to whole seconds, which makes up for some of that. A container that runs, or has
    run, had the network all the time, so the earliest of the two is safe: never too
    early by more than the cut second. What packets are sent before it, the rule for
    `early` still finds.

    No pod begins before its object is created, by the API server's clock: if its node's
    is minutes behind, the address was still somebody else's then.

    The state before a restart tells nothing: that may have been in another sandbox,
    with another address (T7).

    Args:
        read: Reads times; reports those that are none.
        at: How the pod is called in messages.
        obj: The pod.
        begun: When its kubelet took it on, or else when it was created.
        created: When its object was.
        mirror: It is the mirror of a static pod, which runs before that.
    """
    # A container time before the pod's is junk (a lost container's is 1970).
    floor = 1 if mirror else begun
    last = begun
    stamped = None
    for one in obj.status.conditions:
        time = read.time(at, one.last_transition_time)
        if time is not None and time > last:
            last = time
        if one.type == _SANDBOX:
            stamped = time if one.status == "True" else None
    start = stamped
    finish = None
    ran = False
    ended = not _given_up(obj)
    for status in _statuses(obj):
        container = _container(read, at, status, floor)
        if container.started is not None:
            ran = True
            last = max(last, container.started)
            if start is None or container.started < start:
                start = container.started
        if container.finished is not None:
            ran = True
            last = max(last, container.finished)
            finish = max(finish or 0, container.finished)
        if container.running or container.lost:
            ended = False
    if start is not None and start < created and not mirror:
        start = created
    return Times(
        start=start,
        stamped=stamped,
        ran=ran,
        finished=finish + SECOND if finish is not None and ended else None,
        last=last,
    )


def _given_up(obj: Object) -> bool:
    """Tells whether somebody else than its kubelet says that the pod is over.

    What was last heard of its containers is then from before its node was lost, and
    they may run on (T14). See `podgc/gc_controller.go` and
    `nodelifecycle/node_lifecycle_controller.go` of kube-controller-manager.
    """
    if obj.status.reason == _LOST:
        return True
    for one in obj.status.conditions:
        if one.type == _DISRUPTION and one.status == "True":
            return one.reason == _COLLECTED
    return False


def _container(
    read: Reader, at: Place, status: ContainerStatus, floor: int
) -> _Container:
    state = status.state
    if state.running is not None:
        started = _plausible(read.time(at, state.running.started_at), floor)
        return _Container(started, None, running=True)
    if state.terminated is not None:
        started = _plausible(read.time(at, state.terminated.started_at), floor)
        finished = _plausible(read.time(at, state.terminated.finished_at), floor)
        return _Container(started, finished, lost=finished is None)
    # It waits to be started again, or for the first time.
    before = status.last_state.terminated
    return _Container(
        None, _plausible(read.time(at, before.finished_at), floor) if before else None
    )


def _plausible(time: int | None, floor: int) -> int | None:
    return None if time is None or time < floor else time


def _statuses(obj: Object) -> tuple[ContainerStatus, ...]:
    status = obj.status
    return (
        status.init_container_statuses
        + status.container_statuses
        + status.ephemeral_container_statuses
    )
