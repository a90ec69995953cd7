"""container-config-error: the pod's settings contradict the image or a rule, so no container is made."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.complaints import Source, complaints
from stream_jobs.core.signs.configs import MISSING, MISSING_KEY, WAITS
from stream_jobs.core.signs.messages import one_line

# The pod's name and uid stand in parentheses behind the reason proper.
WHOSE = re.compile(r"\s*\(pod: .*$", re.DOTALL)


def _other(text: str) -> str:
    return "" if MISSING.search(text) or MISSING_KEY.search(text) else "settings"


# Only the waiting state tells this failure from others: events of reason Failed come with many.
SETTINGS = Source(WAITS, frozenset(), re.compile(""), _other)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in complaints(known, cell, SETTINGS):
        reason = one_line(WHOSE.sub("", each.text), 200) or "no reason given"
        yield Finding(
            says=f"Container {each.container} of pod {known.name} cannot be made with its settings: {reason}",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(
                seen(
                    known,
                    each.since,
                    f"container {each.container}: CreateContainerConfigError: {one_line(each.text)}",
                ),
            ),
        )


FAILURE = Failure(
    id="container-config-error",
    title="Settings rejected",
    says="What the pod spec asks for does not go together with the image or with the cluster's rules: a "
    "user, a security setting, a path, or a variable. It stays so until somebody changes it.",
    sees="kubectl get pods shows CreateContainerConfigError.",
    confirm=("kubectl -n NAMESPACE describe pod POD shows the message beside CreateContainerConfigError",),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Change the setting that the message names, in the pod template: securityContext, user, subPath, env",
        "For runAsNonRoot give a number in runAsUser, or build the image with a USER other than root",
    ),
    leads_to=("pod-not-ready", "pod-stuck-container-creating", "workflow-step-stuck-pending"),
    find=find,
)
