"""workflow-artifact-failed: inputs of a step could not be fetched, or its outputs not be saved."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import FailedPart
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen
from stream_jobs.core.runs.statements import evidence_of, statements
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import stopped

# argoproj/argo-workflows, workflow/executor: 64 = outputs could not be saved, 65 = inputs not loaded
TOLD = re.compile(
    r"^(?P<container>init|wait|supervisor): Error \(exit code (?P<code>\d+)\)"
    r"(?=.*(?:artifact|failed to (?:save|load|put|get|stat|download|upload)|NoSuchKey|NoSuchBucket"
    r"|AccessDenied|no such file))",
    re.DOTALL | re.IGNORECASE,
)
CODES = re.compile(r"^(?P<container>init|wait|supervisor): Error \(exit code (?P<code>64|65)\)")
PLAIN = re.compile(
    r"^(?:failed to (?:save|load) (?:outputs|artifacts|inputs)|artifact \S+ failed)", re.IGNORECASE
)
LOADING = re.compile(r"\bload(?:ing)?\b", re.IGNORECASE)
MISSING_FILE = re.compile(r"(?:stat|open) (\S+): no such file or directory|path (\S+) does not exist")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if not stopped(known):
        for part in statements(known, cell):
            told = TOLD.search(part.message) or CODES.search(part.message) or PLAIN.search(part.message)
            if told is not None and part.step:
                yield _finding(known, part, told)
    collected = is_true(known, "ArtifactGCError")
    if collected is not None:
        message = one_line(collected.message or "", 200)
        yield Finding(
            says=f"Old artifacts of Workflow {known.name} could not be deleted: {message}",
            since=collected.lastTransitionTime or known.first_seen,
            occurrence="collection",
            evidence=(seen(known, collected.lastTransitionTime, f"ArtifactGCError: {message}"),),
            severity="low",
        )


def _finding(known: Known, part: FailedPart, told: re.Match[str]) -> Finding:
    before = told.groupdict().get("container") == "init" or LOADING.search(part.message) is not None
    what = "inputs could not be fetched" if before else "outputs could not be saved"
    missing = MISSING_FILE.search(part.message)
    file = (
        f"; the step did not write {one_line(missing[1] or missing[2], 200)}"
        if missing and not before
        else ""
    )
    message = one_line(part.message, 240)
    return Finding(
        says=f"{part.says}: its {what}{file}: {message}",
        since=part.since,
        occurrence=part.step,
        evidence=(evidence_of(known, part),),
        hits=part.about,
    )


FAILURE = Failure(
    id="workflow-artifact-failed",
    title="Artifacts not fetched or saved",
    says="The step's own program is not at fault: its helper could not fetch the inputs from the object "
    "store, or not save the outputs there, or the program did not write the file that the pipeline expects.",
    sees="The step is Error, and its message begins with wait: or init: and tells of artifacts or a missing "
    "file.",
    confirm=(
        "kubectl -n NAMESPACE logs POD -c wait (outputs) or -c init (inputs) shows the store's answer",
        "kubectl -n NAMESPACE get pod POD shows exit code 0 of main: the computation itself went well",
    ),
    judges=("Workflow.argoproj.io",),
    severity="high",
    role="cause",
    playbook=(
        "Compare the path that the program writes with outputs.artifacts[].path of the template",
        "Check bucket, key and the credentials of the artifact repository, and the pod's ServiceAccount",
        "Argo does not try Error steps again by default: set retryPolicy to Always where the store fails at "
        "times",
    ),
    leads_to=(
        "workflow-step-failed",
        # the helper's own end
        "container-exit-error",
        "init-container-failed",
        "pod-failed",
    ),
    find=find,
)
