"""LeaderWorkerSet: groups of a leader and its workers that serve together; a session is one revision of it.

The workers' StatefulSet is owned by the leader pod, so a pod stands in the middle of the chain. With the
policy RecreateGroupOnPodRestart one pod that restarts has its whole group made anew, by a delete of the
leader. Source: kubernetes-sigs/lws, api/leaderworkerset/v1, pkg/controllers/pod_controller.go.
"""

from collections.abc import Iterator

from schemas.kubernetes import ConditionsStatus, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pods_of
from stream_jobs.core.references import target
from stream_jobs.core.runs.roles import Role
from stream_jobs.core.runs.rollouts import Rollout, describe_rollout, newest, ready_stand

KEY = "LeaderWorkerSet.leaderworkerset.x-k8s.io"
LABEL = "leaderworkerset.sigs.k8s.io/"
NAME, REVISION = LABEL + "name", LABEL + "template-revision-hash"
GROUP_INDEX, WORKER_INDEX = LABEL + "group-index", LABEL + "worker-index"
RESOURCE = "StatefulSet.apps"


class LeaderWorkerSet(View, frozen=True, omit_defaults=True):
    """leaderworkerset.x-k8s.io/v1 LeaderWorkerSet: conditions Available, Progressing, UpdateInProgress."""

    status: ConditionsStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim by name and revision; the set and its leaders' StatefulSet belong to the newest revision."""
    name = known.name if known.key == KEY else known.labels.get(NAME, "")
    if not name:
        return None
    head = known if known.key == KEY else _set_of(known, name, cell)
    revision = known.labels.get(REVISION, "") if known.key != KEY else ""
    if known.key in (KEY, RESOURCE) and GROUP_INDEX not in known.labels:
        revision = _newest_revision(known.namespace, name, cell) or revision
    return Claim(
        key="/".join(filter(None, (head.uid if head else name, revision))), namespace=known.namespace
    )


def _set_of(known: Known, name: str, cell: Cell) -> Known | None:
    owner = next((each for each in cell.owners(known) if each.key == KEY), None)
    return owner or cell.by_name(KEY, known.namespace, name)


def _newest_revision(namespace: str, name: str, cell: Cell) -> str:
    users = (cell.objects[uid] for uid in cell.users.get(target(KEY, namespace, name), ()))
    latest = newest(each for each in users if each.key == "Pod" and each.exists)
    return latest.labels.get(REVISION, "") if latest is not None else ""


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the revision's story: of the set where it is the newest, else of its pods."""
    head = next((each for each in members if each.key == KEY), None)
    labelled = next((each.labels[NAME] for each in members if NAME in each.labels), "")
    owner = head or _set_of(members[0], labelled, cell)
    pods = pods_of(members)
    leaders = [each for each in pods if each.labels.get(WORKER_INDEX, "0") == "0"]
    workers = [each for each in pods if each not in leaders]
    return describe_rollout(
        Rollout(
            kind="LeaderWorkerSet",
            name=owner.name if owner is not None else labelled or members[0].name,
            uid=owner.uid if owner is not None else "",
            run=next((each.labels[REVISION] for each in pods if REVISION in each.labels), ""),
            head=head,
            members=members,
            roles=[
                Role("leader", "leader", leaders, place=_place),
                Role("worker", "worker", workers, after=("leader",), place=_place),
            ],
            stand=ready_stand(head, "Available") if head is not None else None,
        ),
        cell,
    )


def _place(pod: Known) -> str:
    return f"{pod.labels.get(GROUP_INDEX, '')}/{pod.labels.get(WORKER_INDEX, '')}"


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """Pods and StatefulSets point at the set that their label names."""
    if known.labels.get(NAME):
        yield KEY, known.namespace, known.labels[NAME]


ENGINE = Engine(
    name="lws",
    title="LeaderWorkerSet",
    layer=JOB,
    views={KEY: LeaderWorkerSet},
    nests=False,
    controllers=("lws-controller-manager",),
    links=links,
    claim=claim,
    describe=describe,
)
