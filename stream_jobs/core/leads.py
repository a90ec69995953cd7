"""What else an object is judged by: nodes a pod waited for, quotas of a namespace, what its events tell of.

Targets as in `references`. "~" before a name: events of the object tell of it, which has the object judged
again when the other one changes, and is no relation to blame along.
"""

import re
from collections.abc import Iterable, Iterator

from schemas.contracts import Ref
from schemas.kubernetes import EndpointSlice, PersistentVolumeClaim, PodDisruptionBudget, kind_key
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.links import WORKLOADS
from stream_jobs.core.references import target
from stream_jobs.core.runs.workflows import Workflow

# FailedCreate of Kubernetes' controllers, CronJobs and StatefulSets; the others of Kubeflow's operators,
# KubeRay, Deployments and JobSets.
REFUSED = frozenset(
    {
        "FailedCreate",
        "FailedCreatePod",
        "FailedToCreateHeadPod",
        "FailedToCreateWorkerPod",
        "ReplicaSetCreateError",
        "JobCreationFailed",
    }
)
# Words of the API server, whoever repeats them. https://github.com/kubernetes/kubernetes, pkg/quota,
# plugin/pkg/admission, staging/src/k8s.io/apiserver/pkg/admission.
REFUSAL = re.compile(
    r"is forbidden: (?!User )|cannot create resource|denied (?:the )?request|failed calling (?:\w+ )?webhook"
    r"|error looking up service account|because it is being terminated"
)
# Of these, such words tell of something else: a kubelet or a provisioner that may not read.
NO_CREATORS = frozenset({"Pod", "Node", "PersistentVolumeClaim", "PersistentVolume", "Namespace", "Event"})
NOMINATED = "Nominated"  # Karpenter's: which machine it orders for a pod
CLAIM = re.compile(r"nodeclaim/([a-z0-9.-]+)")
WEBHOOK_CONFIGURATIONS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
ADMISSION = "admissionregistration.k8s.io"

# Field managers that client libraries leave behind, where nobody named himself.
LIBRARIES = re.compile(
    r"^(OpenAPI-Generator|python-requests|python-httpx|kr8s|pykube|unknown)", re.IGNORECASE
)

# What a program says that cannot look a name up, and the Deployments that look names up.
NAME_ERROR = re.compile(
    r"Temporary failure in name resolution|[Cc]ould not resolve|[Nn]ame or service not known|no such host"
    r"|getaddrinfo|EAI_AGAIN|ENOTFOUND|NameResolutionError|Name does not resolve|server misbehaving"
)
DNS = ("coredns", "kube-dns")
BY_FLAG = "disallowed by cluster policy"  # what --allow-privileged=false says


def leads(known: Known, told: Iterable[Sighting]) -> Iterator[str]:
    """Yield further targets by which the object is judged; `told` are its events."""
    told = tuple(told)
    if isinstance(known.view, Workflow) or was_refused(known, told):
        yield target("ResourceQuota", known.namespace, "*")
        yield target("LimitRange", known.namespace, "*")
        yield from (target(f"{kind}.{ADMISSION}", "", "*") for kind in WEBHOOK_CONFIGURATIONS)
        yield f"~{target('Namespace', '', known.namespace)}"
    if any(turn.type == "PodScheduled" and turn.status == "False" for turn in known.history.turns):
        yield target("Node", "", "*")  # also when it has one now: what kept it waiting is still told
    yield from _of_the_cluster(known, told)
    if known.key != "Pod" and awaits_parent(known):
        yield target("Pod", known.namespace, "*")
    if isinstance(known.view, PersistentVolumeClaim):
        yield target("PersistentVolume", "", known.view.spec.volumeName or "*")
        if not known.view.spec.volumeName:
            yield target("CSIDriver.storage.k8s.io", "", "*")  # whoever is to make the disk
    for each in told:
        yield from _told(each)


def _of_the_cluster(known: Known, told: tuple[Sighting, ...]) -> Iterator[str]:
    """Yield what is of the whole cluster: its nodes together, its name service, its API server."""
    if isinstance(known.view, EndpointSlice):
        pods = (each.targetRef.name for each in known.view.endpoints or () if each.targetRef is not None)
        yield from (f"~{target('Pod', known.namespace, pod)}" for pod in pods)
        for owner in known.view.metadata.ownerReferences or ():
            yield from (target(key, known.namespace, owner.name) for key in WORKLOADS)  # as its Service does
    if isinstance(known.view, PodDisruptionBudget) or _was_out_of_reach(known):
        yield target("Node", "", "*")  # whose drain waits; whether others are out of reach, too
    if any(NAME_ERROR.search(each.message) for each in known.history.exits):
        yield from (target("Deployment.apps", "kube-system", name) for name in DNS)
        yield target("NetworkPolicy.networking.k8s.io", known.namespace, "*")
    if any(BY_FLAG in each.message for each in told):
        yield target("Pod", "kube-system", "*")  # the API server's flags are its pod's arguments


def _was_out_of_reach(known: Known) -> bool:
    return known.key == "Node" and any(
        turn.type == "Ready" and turn.status == "Unknown" for turn in known.history.turns
    )


def _told(event: Sighting) -> Iterator[str]:
    """What an event of the object tells of: another object, or the machine that was ordered for it."""
    if event.related is not None:
        yield f"~{address(event.related)}"
    if event.reason == NOMINATED:
        yield from (target("NodeClaim.karpenter.sh", "", name) for name in CLAIM.findall(event.message))


def tells_refusals(key: str) -> bool:
    """Whether objects of the kind may tell what the API server refused them."""
    return key not in NO_CREATORS


def points(key: str, event: Sighting) -> bool:
    """Whether an event of an object of that kind makes it point at more."""
    return event.related is not None or event.reason == NOMINATED or refuses(key, event)


def refuses(key: str, event: Sighting) -> bool:
    """Whether an event of an object of that kind tells that the API server refused it something."""
    return event.reason in REFUSED or (tells_refusals(key) and REFUSAL.search(event.message) is not None)


def was_refused(known: Known, told: Iterable[Sighting]) -> bool:
    """Whether events or conditions tell that the object was refused something."""
    turns = known.history.turns if tells_refusals(known.key) else ()
    return any(refuses(known.key, each) for each in told) or any(
        REFUSAL.search(turn.message) for turn in turns
    )


def awaits_parent(known: Known) -> bool:
    """Whether a step somewhere in the namespace may have made the object: the pods there decide on it."""
    return not known.view.metadata.ownerReferences and any(
        not each.subresource and LIBRARIES.match(each.manager) for each in known.managers
    )


def address(ref: Ref) -> str:
    """Return the object that a Ref names as a target, by name."""
    return target(kind_key(ref.group, ref.kind), ref.namespace, ref.name)
