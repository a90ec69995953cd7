"""The rights that a collector needs, as Kubernetes' YAML: get, list and watch, kind by kind."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import msgspec

from collectors.metadata_only import SECRETS
from collectors.names import resource_of
from collectors.resource import Resource
from stream_jobs.core.engines import all_views
from stream_jobs.core.failures import all_failures
from wakeline.errors import UserError

VERBS = ("get", "list", "watch")
GROUP = "rbac.authorization.k8s.io"
Rules = Mapping[str, Iterable[str]]  # by API group; "" is the core group

# What Kubernetes itself serves; without Secrets, and without events.k8s.io, which are the core's again.
NAMESPACED: dict[str, tuple[str, ...]] = {
    "": (
        *("configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods"),
        *("podtemplates", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services"),
    ),
    "apps": ("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "coordination.k8s.io": ("leases",),
    "discovery.k8s.io": ("endpointslices",),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
    GROUP: ("rolebindings", "roles"),
    "resource.k8s.io": ("resourceclaims", "resourceclaimtemplates"),
    "storage.k8s.io": ("csistoragecapacities",),
}
OF_THE_CLUSTER: dict[str, tuple[str, ...]] = {
    "": ("namespaces", "nodes", "persistentvolumes"),
    "admissionregistration.k8s.io": (
        *("mutatingwebhookconfigurations", "validatingadmissionpolicies"),
        *("validatingadmissionpolicybindings", "validatingwebhookconfigurations"),
    ),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "apiregistration.k8s.io": ("apiservices",),
    "certificates.k8s.io": ("certificatesigningrequests",),
    "flowcontrol.apiserver.k8s.io": ("flowschemas", "prioritylevelconfigurations"),
    "networking.k8s.io": ("ingressclasses", "ipaddresses", "servicecidrs"),
    "node.k8s.io": ("runtimeclasses",),
    GROUP: ("clusterrolebindings", "clusterroles"),
    "resource.k8s.io": ("deviceclasses", "resourceslices"),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": (
        *("csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"),
    ),
}
# What custom runs are made from and wait in: nobody judges it, but an edit of it explains a run.
BESIDE: dict[str, tuple[str, ...]] = {
    "argoproj.io": (
        "clusterworkflowtemplates",
        "workflowtaskresults",
        "workflowtasksets",
        "workflowtemplates",
    ),
    "kueue.x-k8s.io": (
        "admissionchecks",
        "cohorts",
        "resourceflavors",
        "topologies",
        "workloadpriorityclasses",
    ),
    "scheduling.volcano.sh": ("queues",),
    "sparkoperator.k8s.io": ("scheduledsparkapplications",),
    "tekton.dev": ("customruns", "pipelines", "tasks"),
    "trainer.kubeflow.org": ("clustertrainingruntimes", "trainingruntimes"),
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """For whom, where, and of what. `include` are patterns besides what is always there."""

    name: str
    account_namespace: str
    namespaces: Sequence[str] = ()
    include: Sequence[str] = ()
    secrets: bool = False


def rights(wanted: Wanted) -> str:
    """Return the account, its role or roles, and what binds them. Raises UserError for a wrong pattern."""
    for name in (wanted.name, wanted.account_namespace, *wanted.namespaces):
        _check_name(name)
    rules = _rules(wanted)
    documents = [_account(wanted)]
    for namespace in wanted.namespaces or ("",):
        documents += [_role(wanted.name, namespace, rules), _binding(wanted, namespace)]
    return "---\n".join(documents)


@cache
def custom() -> dict[str, tuple[str, ...]]:
    """Return the resources of the other kinds that engines and failures read, by group."""
    judged = {key for failure in all_failures() for key in failure.judges}
    found = [_resource(key) for key in {*all_views(), *judged} if key != "*"]
    built_in = {
        (group, each) for table in (NAMESPACED, OF_THE_CLUSTER) for group in table for each in table[group]
    }
    return _grouped({each.key for each in found} - built_in - {SECRETS})


def _resource(key: str) -> Resource:
    """Return the resource of a kind in full: "Workflow.argoproj.io"."""
    kind, _, group = key.partition(".")
    return resource_of(f"{group}/v1", kind)


def _rules(wanted: Wanted) -> Rules:
    tables: list[Rules] = [NAMESPACED, custom(), BESIDE, *map(_included, wanted.include)]
    if not wanted.namespaces:
        tables.append(OF_THE_CLUSTER)
    if wanted.secrets:
        tables.append(_grouped([SECRETS]))
    return _grouped((group, each) for table in tables for group, found in table.items() for each in found)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for group, resource in pairs:
        found.setdefault(group, set()).add(resource)
    return {group: ("*",) if "*" in found[group] else tuple(sorted(found[group])) for group in sorted(found)}


def _included(pattern: str) -> Rules:
    """Return what a pattern of the collector's --include adds; RBAC knows only "*" for a whole group."""
    group, _, resource = pattern.rpartition("/")
    group = "" if group == "core" else group
    if resource != "*" or not group:
        _check_name(resource, pattern)
    for label in group.split(".") if group else ():
        _check_name(label, pattern)
    if (group, resource) == SECRETS:
        raise UserError(f"--include {pattern}: Secrets are given by --secrets alone")
    return {group: (resource,)}


def _check_name(name: str, pattern: str = "") -> None:
    if (
        name
        and len(name) < 64
        and name.replace("-", "").isalnum()
        and name.isascii()
        and name == name.lower()
    ):
        return
    if pattern:
        raise UserError(
            f"--include {pattern}: expected GROUP/RESOURCE or GROUP/* of a group that is not the core's, as "
            "argoproj.io/*; rights to every kind would be rights to Secrets"
        )
    raise UserError(f"{name!r} is no name of Kubernetes: expected small letters, digits and hyphens")


def _account(wanted: Wanted) -> str:
    return (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n"
        f"  name: {wanted.name}\n  namespace: {wanted.account_namespace}\n"
    )


def _metadata(kind: str, name: str, namespace: str) -> str:
    scope, place = ("", f"  namespace: {namespace}\n") if namespace else ("Cluster", "")
    return f"apiVersion: {GROUP}/v1\nkind: {scope}{kind}\nmetadata:\n  name: {name}\n{place}"


def _role(name: str, namespace: str, rules: Rules) -> str:
    lines = [
        f"  - apiGroups: {json.dumps([group])}\n    resources: {json.dumps(list(resources))}\n"
        f"    verbs: {json.dumps(VERBS)}\n"
        for group, resources in rules.items()
    ]
    return f"{_metadata('Role', name, namespace)}rules:\n{''.join(lines)}"


def _binding(wanted: Wanted, namespace: str) -> str:
    scope = "" if namespace else "Cluster"
    return (
        f"{_metadata('RoleBinding', wanted.name, namespace)}"
        f"roleRef:\n  apiGroup: {GROUP}\n  kind: {scope}Role\n  name: {wanted.name}\n"
        f"subjects:\n  - kind: ServiceAccount\n    name: {wanted.name}\n"
        f"    namespace: {wanted.account_namespace}\n"
    )
