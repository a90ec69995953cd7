"""Which other objects an object points at: the relations along which judgement and blame travel.

A target is a uid, or a name "kind/namespace/name" that may not exist (yet). "*" as name means every object
of the kind; as namespace, in every namespace. "~" before a name or uid: see `leads`.
"""

from collections.abc import Iterator

from schemas.kubernetes import Container, Job, Pod, PodSpec, Volume, Workload
from stream_jobs.core.known import Known
from stream_jobs.core.links import links
from stream_jobs.core.runs.queues import JOB_UID, preemptors, queue_links


def target(key: str, namespace: str, name: str) -> str:
    """Return the name of an object as a target."""
    return f"{key}/{namespace}/{name}"


def addresses(known: Known) -> tuple[str, ...]:
    """Every target that means this object."""
    return (
        known.uid,
        target(known.key, known.namespace, known.name),
        target(known.key, known.namespace, "*"),
        target(known.key, "*", known.name),
        f"~{target(known.key, known.namespace, known.name)}",
        f"~{known.uid}",
    )


def references(known: Known) -> Iterator[str]:
    """Yield what the object points at, owners first; with repeats."""
    for owner in known.view.metadata.ownerReferences or ():
        yield owner.uid
    if JOB_UID in known.labels:  # a job mirrored to another cluster does not own its Workload
        yield known.labels[JOB_UID]
    view = known.view
    if isinstance(view, Pod):
        yield from pod_references(known.namespace, view.spec)
        if view.spec.nodeName:
            yield target("Node", "", view.spec.nodeName)
        else:
            yield target("Node", "", "*")  # the scheduler refused nodes: any of them may be the reason
    elif isinstance(view, Workload | Job) and view.spec.template is not None:
        yield from pod_references(known.namespace, view.spec.template.spec)
    yield from (target(*each) for each in (*links(known), *queue_links(known)))
    yield from (f"~{uid}" for uid in preemptors(view))


def pod_references(namespace: str, spec: PodSpec) -> Iterator[str]:
    """Yield the claims, ConfigMaps, Secrets, account and priority class that a pod needs."""
    for volume in spec.volumes or ():
        yield from volume_references(namespace, volume)
    for container in (*(spec.initContainers or ()), *(spec.containers or ())):
        yield from _container(namespace, container)
    for login in spec.imagePullSecrets or ():
        yield target("Secret", namespace, login.name)
    if spec.serviceAccountName:
        yield target("ServiceAccount", namespace, spec.serviceAccountName)
    if spec.priorityClassName:
        yield target("PriorityClass.scheduling.k8s.io", "", spec.priorityClassName)


def volume_references(namespace: str, volume: Volume) -> Iterator[str]:
    """Yield the claim, ConfigMaps and Secrets that a volume is made from."""
    if volume.persistentVolumeClaim is not None:
        yield target("PersistentVolumeClaim", namespace, volume.persistentVolumeClaim.claimName)
    maps = [volume.configMap]
    secrets = [volume.secret]
    for source in (volume.projected.sources or ()) if volume.projected else ():
        maps.append(source.configMap)
        secrets.append(source.secret)
    for config_map in maps:
        if config_map is not None and config_map.name:
            yield target("ConfigMap", namespace, config_map.name)
    for secret in secrets:
        if secret is not None and (name := secret.secretName or secret.name):
            yield target("Secret", namespace, name)


def _container(namespace: str, container: Container) -> Iterator[str]:
    for source in container.envFrom or ():
        if source.configMapRef is not None:
            yield target("ConfigMap", namespace, source.configMapRef.name)
        if source.secretRef is not None:
            yield target("Secret", namespace, source.secretRef.name)
    for variable in container.env or ():
        if variable.valueFrom is None:
            continue
        if variable.valueFrom.configMapKeyRef is not None:
            yield target("ConfigMap", namespace, variable.valueFrom.configMapKeyRef.name)
        if variable.valueFrom.secretKeyRef is not None:
            yield target("Secret", namespace, variable.valueFrom.secretKeyRef.name)
