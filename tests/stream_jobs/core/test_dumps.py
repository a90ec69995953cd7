"""One moment of a cluster, as kubectl prints it: the root of each fault, and silence about all the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.dumps import (
    GPU,
    Object,
    ago,
    condition,
    container,
    diagnose,
    done,
    end,
    ended,
    event,
    failed,
    job,
    job_pod,
    node,
    pod,
    running,
    thing,
    waiting,
)

TAINT = [{"key": GPU, "value": "present", "effect": "NoSchedule"}]
ON_GPU = {"nodeSelector": {f"{GPU}.present": "true"}}
EIGHT = {
    "containers": [container(resources={"limits": {GPU: "8"}, "requests": {GPU: "8"}})],
    "tolerations": [{"key": GPU, "operator": "Exists"}],
} | ON_GPU


def cluster() -> list[Object]:
    """A cluster that is well, with what looks like trouble and is none."""
    daemon = thing("apps/v1", "DaemonSet", "kube-proxy", ns="kube-system", spec={}, status={"numberReady": 3})
    web = thing("apps/v1", "Deployment", "web", spec={"replicas": 1}, status={"availableReplicas": 1})
    old, new = (
        thing("apps/v1", "ReplicaSet", f"web-{number}", owner=web, spec={"replicas": number}, status={})
        for number in range(2)
    )
    nightly = done("nightly", age=500)
    scaler = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 5}
    quiet = condition("ScalingLimited", "True", "TooFewReplicas", "the desired replica count is too small")
    healthy = {"currentHealthy": 1, "desiredHealthy": 1, "disruptionsAllowed": 0, "expectedPods": 1}
    return [
        *(node(name) for name in ("cpu-1", "cpu-2")),
        *(node(name, gpus=8, taints=TAINT) for name in ("gpu-1", "gpu-2")),
        thing("v1", "Namespace", "ml", ns="", status={"phase": "Active"}),
        thing("v1", "ConfigMap", "kube-root-ca.crt", data={"ca.crt": "x"}),
        daemon,
        pod("kube-proxy-1", "Running", running(), ns="kube-system", owner=daemon),
        web,
        old,
        new,
        pod("web-1-abc", "Running", restarted(), owner=new, spec={"restartPolicy": "Always"}),
        nightly,
        job_pod(nightly, "Failed", ended(1, at=400), name="nightly-aaaaa"),
        job_pod(nightly, "Succeeded", ended(at=300), name="nightly-bbbbb"),
        thing(
            "autoscaling/v2", "HorizontalPodAutoscaler", "web", spec=scaler, status={"conditions": [quiet]}
        ),
        thing("policy/v1", "PodDisruptionBudget", "web", spec={"minAvailable": 1}, status=healthy),
        thing("batch/v1", "CronJob", "old", age=90000, spec={"schedule": "0 2 * * *", "suspend": True}),
        thing("v1", "PersistentVolumeClaim", "later", spec={}, status={"phase": "Pending"}),
    ]


def restarted() -> Object:
    """A container whose last restart was days ago."""
    return running(5000, restartCount=3, lastState={"terminated": end(137, "OOMKilled", at=5000)})


# --- what is well ---------------------------------------------------------------------------------------


def growing() -> list[Object]:
    run, said = job("train"), "0/4 nodes are available: 4 Insufficient cpu."
    item = job_pod(run, "Pending", refused=said, age=3)
    ordered = "pod triggered scale-up: [{eks-cpu 2->3 (max: 10)}]"
    return [
        run,
        item,
        event(item, "FailedScheduling", said, component="default-scheduler", new=True, age=2),
        event(item, "TriggeredScaleUp", ordered, component="cluster-autoscaler", age=2),
    ]


def cured() -> list[Object]:
    run = job("train")
    item = job_pod(run, "Running", running(30))
    refused = (
        'Error creating: pods "train-x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=9'
    )
    late = 'MountVolume.SetUp failed for volume "x" : failed to sync configmap cache: timed out'
    return [
        run,
        item,
        event(run, "FailedCreate", f"{refused}, limited: pods=9", component="job-controller", age=59.5),
        event(run, "SuccessfulCreate", "Created pod: train-x7k2p", component="job-controller", age=59),
        event(item, "FailedMount", late, age=58.5),
        event(item, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", age=29),
    ]


def approval() -> list[Object]:
    gate = argo_node("etl-1", "Running", "", type="Suspend", finishedAt=None)
    return [workflow("Running", "", gate)]


def queued() -> list[Object]:
    said = "couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor f, 4 more"
    run = job("train", condition("Suspended", reason="JobSuspended", age=12), spec={"suspend": True})
    run["metadata"]["labels"] = {"kueue.x-k8s.io/queue-name": "main"}
    waits = {"conditions": [condition("QuotaReserved", "False", "Pending", said, age=12)]}
    spec = {"queueName": "main", "active": True}
    return [run, thing("kueue.x-k8s.io/v1beta1", "Workload", "job-train", owner=run, spec=spec, status=waits)]


def closed() -> list[Object]:
    return [node("cpu-3", spec={"unschedulable": True})]


def elsewhere() -> list[Object]:
    """The pods of a node that was not dumped."""
    run = job("train")
    return [run, job_pod(run, "Running", running(), spec={"nodeName": "not-dumped"})]


def leftovers() -> list[Object]:
    """What a service replaced days ago is kept until somebody cleans up."""
    service = thing("apps/v1", "ReplicaSet", "web-1", spec={"replicas": 1}, status={"readyReplicas": 1})
    message = "The node was low on resource: ephemeral-storage. Threshold quantity: 1, available: 2. "
    also = {"reason": "Evicted", "message": message}
    return [
        pod(f"web-1-{number}", "Failed", owner=service, age=9000, turned=8000, also=also)
        for number in range(3)
    ]


def held() -> list[Object]:
    return [job("later", condition("Suspended", reason="JobSuspended", age=60), spec={"suspend": True})]


@pytest.mark.parametrize(
    "build", [list, growing, cured, approval, queued, closed, elsewhere, leftovers, held]
)
def test_what_is_well_is_no_more_than_a_note(build: Callable[[], list[Object]], tmp_path: Path) -> None:
    found = diagnose(tmp_path, *cluster(), *build())
    assert [each.title for each in found.anomalies.values() if each.severity != "info"] == []


# --- what is not ----------------------------------------------------------------------------------------


def argo_node(name: str, phase: str, message: str, **more: object) -> Object:
    """A node of a Workflow's status."""
    times = {"startedAt": ago(39), "finishedAt": ago(6)}
    told = {"id": name, "name": name, "displayName": name, "type": "Pod", "phase": phase, "message": message}
    return told | times | more


def workflow(phase: str, message: str, *nodes: Object) -> Object:
    status = {"phase": phase, "message": message, "nodes": {each["id"]: each for each in nodes}}
    return thing("argoproj.io/v1alpha1", "Workflow", "etl", spec={"entrypoint": "main"}, status=status)


def ending(code: int, reason: str = "", message: str = "", **parts: object) -> list[Object]:
    """A Job whose only pod ended so."""
    run = failed("train")
    return [run, job_pod(run, "Failed", ended(code, reason, message), **parts)]


def removed(reason: str, message: str, **more: object) -> list[Object]:
    """A Job whose only pod was removed for that reason (status.reason, or of DisruptionTarget)."""
    run = failed("train")
    why = condition("DisruptionTarget", "True", reason, message, age=6.5)
    return [run, job_pod(run, "Failed", ended(143), conditions=[why], **more)]


def evicted(message: str, **more: object) -> list[Object]:
    return removed("TerminationByKubelet", message, also={"reason": "Evicted", "message": message}, **more)


def stuck(reason: str, message: str = "", told: tuple[str, str] = ("", ""), **parts: object) -> list[Object]:
    """A Job whose pod waits for 20 minutes, with an event of the kubelet."""
    run = job("train")
    item = job_pod(run, "Pending", waiting(reason, message), age=20, **parts)
    return [run, item, *([event(item, *told, first=19)] if told[0] else [])]


def unpulled(answer: str) -> list[Object]:
    """Back-off in the status, as before 1.29: the registry's answer stands in the event alone."""
    told = ("Failed", f'Failed to pull image "{container()["image"]}": {answer}')
    return stuck("ImagePullBackOff", f'Back-off pulling image "{container()["image"]}"', told)


def unplaced(clauses: str, *others: Object, **parts: object) -> list[Object]:
    """A Job whose pod finds no node for 30 minutes."""
    said = f"0/4 nodes are available: {clauses}. preemption: 0/4 nodes are available: 4 No victims found."
    run = job("train")
    item = job_pod(run, "Pending", refused=said, age=30, **parts)
    told = event(item, "FailedScheduling", said, component="default-scheduler", new=True, first=29.9)
    return [run, item, told, *others]


def full_of_gpu_pods() -> list[Object]:
    runs = [job(f"hold-{number}", age=300) for number in (1, 2)]
    spec = [EIGHT | {"nodeName": f"gpu-{number}"} for number in (1, 2)]
    return [
        *runs,
        *(job_pod(run, "Running", running(), spec=one) for run, one in zip(runs, spec, strict=True)),
    ]


def refused(message: str) -> list[Object]:
    """A Job whose pods are refused at creation."""
    run = job("train")
    run["status"] = {}
    return [
        run,
        event(run, "FailedCreate", f"Error creating: {message}", component="job-controller", first=59),
    ]


def claim(name: str, phase: str, told: tuple[str, str], **spec: object) -> Object:
    item = thing("v1", "PersistentVolumeClaim", name, age=30, spec=spec, status={"phase": phase})
    return item | {"told": event(item, *told, component="persistentvolume-controller", first=30)}


def unbound(told: tuple[str, str], **spec: object) -> list[Object]:
    """A Job whose pod waits for a claim that tells why it is Pending."""
    item = claim("scratch", "Pending", told, **spec)
    mounts = [{"name": "data", "persistentVolumeClaim": {"claimName": "scratch"}}]
    refusal = "pod has unbound immediate PersistentVolumeClaims"
    return [item.pop("told"), item, *unplaced(refusal, volumes=mounts)]


def silent_node() -> list[Object]:
    """A node without contact under six pods of three runs; the first were told to go."""
    unknown = [
        condition(kind, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", age=12)
        for kind in ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
    ]
    why = condition("DisruptionTarget", "True", "DeletionByTaintManager", "Taint manager: deleting", age=7)
    objects = [node("lost", *unknown, gpus=8)]
    for number in range(3):
        run = job(f"run-{number}")
        asked = {"deletionTimestamp": ago(6.5), "deletionGracePeriodSeconds": 30}
        there = {"name": f"run-{number}-a", "spec": {"nodeName": "lost"}, "meta": asked, "conditions": [why]}
        here = {"name": f"run-{number}-b", "age": 6}
        objects += [run, job_pod(run, "Running", running(), **there), job_pod(run, "Running", **here)]
    return objects


def workers() -> list[Object]:
    """One worker of eight is out of memory; ten minutes later the others give up."""
    run = failed("ddp")
    run["spec"] |= {"completionMode": "Indexed", "completions": 8, "parallelism": 8}
    ends = [ended(137, "OOMKilled", at=26) if number == 5 else ended(1, at=16) for number in range(8)]
    index = "batch.kubernetes.io/job-completion-index"
    return [
        run,
        *(
            job_pod(run, "Failed", each, name=f"ddp-{number}", labels={index: str(number)})
            for number, each in enumerate(ends)
        ),
    ]


def launcher() -> list[Object]:
    """The launcher's error is the program's: its workers, which run on, are no reason for it."""
    told = condition("Failed", reason="MPIJobFailed", message="Job has reached the backoff limit", age=5)
    run = thing("kubeflow.org/v2beta1", "MPIJob", "hvd", spec={}, status={"conditions": [told]})
    first = failed("hvd-launcher", owner=run)
    names = {"training.kubeflow.org/job-name": "hvd", "training.kubeflow.org/replica-type": "worker"}
    return [
        run,
        first,
        job_pod(first, "Failed", ended(1)),
        *(pod(f"hvd-worker-{number}", "Running", running(), owner=run, labels=names) for number in range(2)),
    ]


def step(message: str) -> list[Object]:
    """A Workflow whose failed step's pod was cleaned up."""
    return [workflow("Failed", "child 'etl-1' failed", argo_node("etl-1", "Failed", message))]


def old_wait() -> list[Object]:
    """A step that waits for long; events of its pod expired, and the newest began later than the wait."""
    said = 'ImagePullBackOff: Back-off pulling image "x:9"'
    flow = workflow("Running", "", argo_node("etl-1", "Pending", said, finishedAt=None))
    item = pod(
        "etl-1",
        "Pending",
        waiting("ImagePullBackOff", 'Back-off pulling image "x:9"', image="x:9"),
        owner=flow,
        age=39,
        annotations={"workflows.argoproj.io/node-id": "etl-1"},
        spec={"containers": [container(image="x:9")]},
    )
    answer = 'Failed to pull image "x:9": rpc error: code = NotFound desc = docker.io/library/x:9: not found'
    return [flow, item, event(item, "Failed", answer)]


def dead_scheduler() -> list[Object]:
    """The scheduler crashes, and no condition of the pod says that anybody has looked at it."""
    parts = {"ns": "kube-system", "age": 30000, "labels": {"component": "kube-scheduler"}}
    mirror = {"kubernetes.io/config.mirror": "abc", "kubernetes.io/config.source": "file"}
    crash: Object = {"name": "kube-scheduler", "restartCount": 30, "lastState": {}}
    item = pod(
        "kube-scheduler-cp", "Running", waiting("CrashLoopBackOff", **crash), annotations=mirror, **parts
    )
    run = job("train")
    new = job_pod(run, "Pending", refused="x", age=12)
    new["status"]["conditions"] = []
    return [item, run, new]


NOT_FOUND = 'rpc error: code = NotFound desc = failed to resolve reference "x": registry.acme.io/x: not found'
DENIED = "pull access denied, repository does not exist or may require authorization: authorization failed"
NO_HOST = 'failed to do request: Head "https://x/v2/": dial tcp: lookup x on 10.0.0.2:53: no such host'
LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container main was "
LOCAL = "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. "
OCI = "failed to create containerd task: OCI runtime create failed: runc create failed: unable to start "
HOOK = (
    'failed calling webhook "mpod.kb.io": failed to call webhook: Post "https://k.kueue-system.svc:443/m": '
)
PRESSURE = condition("MemoryPressure", "True", "KubeletHasInsufficientMemory", "insufficient memory", age=10)
PLEG = condition("Ready", "False", "KubeletNotReady", "PLEG is not healthy: last seen 3m12s ago", age=10)
XID = condition("AcceleratedHardwareReady", "False", "NvidiaXID79Error", "fallen off the bus", age=60)

CASES: list[tuple[str, list[Object]]] = [
    ("container-oom-killed", ending(137, "OOMKilled")),
    ("container-oom-killed", ending(1, "OOMKilled")),
    ("container-oom-killed", workers()),
    ("container-oom-killed", step("main: OOMKilled (exit code 137)")),
    ("container-exit-error", ending(1, message="Traceback (most recent call last):\nValueError: bad")),
    ("container-exit-error", step("main: Error (exit code 3)")),
    ("container-exit-error", launcher()),
    ("container-command-not-found", ending(127)),
    (
        "container-command-not-found",
        ending(
            128, "StartError", f'{OCI}container process: exec: "trian": executable file not found in $PATH'
        ),
    ),
    ("container-bus-error-shm", ending(135)),
    ("container-native-crash", ending(139)),
    ("node-gpu-unhealthy", [node("gpu-1", XID, gpus=8, offered=7), *ending(134, spec={"nodeName": "gpu-1"})]),
    ("container-config-error", stuck("CreateContainerConfigError", "container has runAsNonRoot and image …")),
    ("missing-configmap", stuck("CreateContainerConfigError", 'configmap "train-config" not found')),
    (
        "missing-secret",
        stuck(
            "ContainerCreating",
            told=("FailedMount", 'MountVolume.SetUp failed for volume "t" : secret "hf-token" not found'),
        ),
    ),
    ("missing-config-key", stuck("CreateContainerConfigError", "couldn't find key token in Secret ml/hf")),
    ("image-not-found", unpulled(NOT_FOUND)),
    ("image-not-found", old_wait()),
    ("image-pull-unauthorized", unpulled(DENIED)),
    ("image-registry-unreachable", unpulled(NO_HOST)),
    ("image-registry-rate-limited", unpulled("429 Too Many Requests - toomanyrequests: You have reached …")),
    ("insufficient-gpu", [*full_of_gpu_pods(), *unplaced(f"2 Insufficient {GPU}", spec=EIGHT)]),
    (
        "gpu-device-plugin-down",
        [
            *(node(name, gpus=8, offered=0) for name in ("gpu-1", "gpu-2")),
            *unplaced(f"2 Insufficient {GPU}", spec=EIGHT),
        ],
    ),
    (
        "request-exceeds-largest-node",
        unplaced(
            "2 Insufficient memory",
            spec={"containers": [container(resources={"requests": {"memory": "512Gi"}})]},
        ),
    ),
    (
        "node-selector-mismatch",
        unplaced(
            "4 node(s) didn't match Pod's node affinity/selector", spec={"nodeSelector": {"gpu": "h100"}}
        ),
    ),
    ("untolerated-taint", unplaced("2 node(s) had untolerated taint(s)", spec=ON_GPU)),
    ("pod-affinity-conflict", unplaced("2 node(s) didn't match pod anti-affinity rules")),
    ("pvc-missing", unplaced('persistentvolumeclaim "data" not found')),
    (
        "pvc-storageclass-missing",
        unbound(
            ("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found'), storageClassName="fast"
        ),
    ),
    (
        "pvc-provisioning-failed",
        unbound(("ProvisioningFailed", 'failed to provision volume with StorageClass "gp3": quota exceeded')),
    ),
    ("preempted-by-higher-priority", removed("PreemptionByScheduler", "default-scheduler: preempting to …")),
    ("evicted-by-api", removed("EvictionByEvictionAPI", "Eviction API: evicting")),
    ("evicted-ephemeral-limit", evicted(LOCAL)),
    ("evicted-node-memory", evicted(f"{LOW}using 30Gi, request is 8Gi, has larger consumption of memory. ")),
    (
        "node-memory-pressure",
        [node("cpu-2", PRESSURE), *evicted(f"{LOW}using 30Gi. ", spec={"nodeName": "cpu-2"})],
    ),
    (
        "node-not-ready",
        [node("gpu-1", PLEG, gpus=8), job("train"), job_pod(job("train"), "Running", running())],
    ),
    ("node-unreachable", silent_node()),
    (
        "quota-exceeded",
        refused('pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=9, limited: pods=9'),
    ),
    ("pod-security-violation", refused('pods "x" is forbidden: violates PodSecurity "restricted:latest": …')),
    ("admission-webhook-unavailable", refused(f'{HOOK}no endpoints available for service "k"')),
    (
        "service-account-missing",
        refused('error looking up service account ml/t: serviceaccount "t" not found'),
    ),
    ("workflow-artifact-failed", step("wait: Error (exit code 64): failed to put file: AccessDenied")),
    ("workflow-spec-invalid", [workflow("Failed", "invalid spec: template name 'trian' undefined")]),
]


def replaced(objects: list[Object]) -> list[Object]:
    """The cluster with these in it, in the place of others of their names."""
    names = {(each["kind"], each["metadata"]["name"]) for each in objects}
    kept = [each for each in cluster() if (each["kind"], each["metadata"]["name"]) not in names]
    return [*kept, *objects]


@pytest.mark.parametrize(("failure", "objects"), CASES)
def test_the_root_is_found_and_no_other(failure: str, objects: list[Object], tmp_path: Path) -> None:
    found = diagnose(tmp_path, *replaced(objects))
    told = [each for each in found.anomalies.values() if each.root and each.severity != "info"]
    assert {each.failure for each in told} == {failure}, [each.title for each in told]


def test_a_run_waits_for_the_dead_scheduler(tmp_path: Path) -> None:
    found = diagnose(tmp_path, *replaced(dead_scheduler()))
    (verdict,) = [each.verdict for each in found.sessions.values() if each.name == "train"]
    assert verdict is not None
    assert verdict.failure == "control-plane-component-unhealthy"


# --- dumps of a part ------------------------------------------------------------------------------------

CORE = ("Pod", "Job", "Workflow", "PersistentVolumeClaim", "Node")


@pytest.mark.parametrize(("failure", "objects"), [each for each in CASES if each[0] != "node-unreachable"])
@pytest.mark.parametrize("kinds", [("Pod",), CORE], ids=["pods", "without events"])
def test_of_what_was_not_dumped_nothing_is_said_to_be_missing(
    failure: str, objects: list[Object], kinds: tuple[str, ...], tmp_path: Path
) -> None:
    """Fewer objects tell less, or another symptom of the same; they never tell of absence."""
    part = [each for each in replaced(objects) if each["kind"] in kinds]
    roots = {each.failure for each in diagnose(tmp_path, *part).anomalies.values() if each.root}
    absent = {"missing-configmap", "missing-secret", "pvc-missing", "pod-owner-missing", "pod-node-gone"}
    assert roots & absent <= {failure}
