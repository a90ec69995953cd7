"""network-policy-blocks-egress: a firewall rule of the namespace keeps pods from the network, even from DNS.

A rule alone is a risk. What tells is a pod whose program could not look a name up.
"""

from collections.abc import Iterator

from schemas.kubernetes import EgressRule, NetworkPolicy
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import listed, one_line, shell_word
from stream_jobs.core.signs.selectors import takes
from stream_jobs.core.signs.serving import name_errors, pods_in

KEY = "NetworkPolicy.networking.k8s.io"
DNS_PORTS = (53, "53", "dns", "dns-tcp", "domain", 5353, 8053)
SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        yield from _of_pod(known, cell)
    elif isinstance(known.view, NetworkPolicy) and known.exists and _blocks(known):
        yield from _risk(known, cell, known.view)


def _of_pod(known: Known, cell: Cell) -> Iterator[Finding]:
    told = next(iter(name_errors(known)), None)
    policies = _without_dns(cell, known) if told is not None else []
    if told is None or not policies:
        return
    message, at = told
    names = listed([each.name for each in policies[:SHOWN]])
    since = max(
        (at, *(each.created for each in policies[:1] if each.created is not None and each.created <= at))
    )
    yield Finding(
        says=f"NetworkPolicy {names} of namespace {known.namespace} lets no name be looked up, and pod "
        f"{known.name} ended because of a name",
        since=since,
        subject=policies[0].ref,
        occurrence=known.uid,
        evidence=(
            seen(known, at, one_line(message)),
            told_by(policies[0], policies[0].created, "policyTypes Egress, and no rule allows port 53"),
        ),
        hits=(known.uid,),
        confidence=0.8,
        playbook=(
            f"kubectl -n {shell_word(known.namespace)} describe networkpolicy {shell_word(policies[0].name)}",
        ),
    )


def _without_dns(cell: Cell, pod: Known) -> list[Known]:
    """The policies that take the pod and limit what it may reach; [] where one of them allows DNS."""
    found = []
    for policy in cell.of_kind(KEY):
        view = policy.view
        if policy.namespace != pod.namespace or not isinstance(view, NetworkPolicy):
            continue
        if "Egress" in (view.spec.policyTypes or ()) and takes(view.spec.podSelector, pod.labels):
            if not _blocks(policy):
                return []
            found.append(policy)
    return found


def _blocks(policy: Known) -> bool:
    """Whether the policy limits what pods may reach, and allows no DNS."""
    view = policy.view
    if not isinstance(view, NetworkPolicy) or "Egress" not in (view.spec.policyTypes or ()):
        return False
    return not any(_allows_dns(rule) for rule in view.spec.egress or ())


def _allows_dns(rule: EgressRule) -> bool:
    if not rule.ports:
        return True
    return any(
        each.port is None
        or each.port in DNS_PORTS
        or (isinstance(each.port, int) and each.port <= 53 <= (each.endPort or each.port))
        for each in rule.ports
    )


def _risk(known: Known, cell: Cell, view: NetworkPolicy) -> Iterator[Finding]:
    """Another policy may allow it for the same pods: only where none does."""
    taken = [each for each in pods_in(cell, known.namespace) if takes(view.spec.podSelector, each.labels)]
    closed = [each for each in taken if _without_dns(cell, each)]
    if taken and not closed:
        return
    yield Finding(
        says=f"NetworkPolicy {known.name} of namespace {known.namespace} lets its pods look up no name: "
        "whatever they call by name fails",
        since=known.created or known.first_seen,
        occurrence="risk",
        evidence=(seen(known, known.created, "policyTypes Egress, and no rule allows port 53"),),
        severity="info",  # only a risk until a pod says so
        confidence=0.5,
    )


FAILURE = Failure(
    id="network-policy-blocks-egress",
    title="Firewall rule blocks DNS",
    says="A NetworkPolicy of the namespace limits what its pods may reach, and allows no name lookup. "
    "Programs then cannot reach anything by its name, inside the cluster or outside.",
    sees="Programs end with Temporary failure in name resolution, or time out.",
    confirm=(
        "kubectl -n NAMESPACE get networkpolicies shows which there are; describe one to see its egress "
        "rules",
        "kubectl -n NAMESPACE exec POD -- nslookup kubernetes.default times out",
    ),
    judges=("Pod", KEY),
    severity="medium",
    role="cause",
    playbook=(
        "Allow UDP and TCP port 53 to kube-system in the egress rules, and the targets that are needed",
    ),
    leads_to=("container-exit-error",),
    find=find,
)
