"""workflow-spec-invalid: the pipeline's description has an error, so nothing was started."""

import difflib
import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import FailedPart
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.runs.statements import evidence_of, run_kinds, statements
from stream_jobs.core.runs.workflows import Workflow, nodes_of
from stream_jobs.core.signs.messages import one_line

# https://github.com/argoproj/argo-workflows, workflow/validate/validate.go and workflow/templateresolution
ARGO = re.compile(
    r"^invalid spec: |^templates\.|spec\.entrypoint is required|template name '.+' undefined"
    r"|template reference .+ not found|failed to resolve \{\{.+\}\}"
    r"|(?:cluster)?workflowtemplates\.argoproj\.io \".+\" not found",
    re.DOTALL,
)
# Reasons, with which others begin their messages. Tekton: pkg/apis/pipeline/v1/pipelinerun_types.go and
# taskrun_types.go; KubeRay: rayjob_types.go; Trainer: trainjob_types.go; Flyte: InvalidSpec.
REASONS = re.compile(
    r"^(?:(?:Pipeline|TaskRun|PipelineRun|Task)?Validation(?:Failed|Error)|\w*FailedValidation|CouldntGet\w+"
    r"|Parameter(?:Missing|TypeMismatch)\w*|ObjectParameterMissKeys|Invalid(?!Image)\w+|PipelineInvalidGraph"
    r"|RequiredWorkspaceMarkedOptional|TrainingRuntimeNotSupported|RayClusterSpecInvalid)(?::|$)"
)
UNDEFINED = re.compile(r"template name '(.+?)' undefined")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    forms = ARGO if isinstance(known.view, Workflow) else REASONS
    for part in statements(known, cell):
        message = one_line(part.message)
        if part.step or not forms.search(message) or _started(known, cell):
            continue
        yield _finding(known, part, message)
        return


def _finding(known: Known, part: FailedPart, message: str) -> Finding:
    return Finding(
        says=f"The description of {known.kind} {known.name} has an error, so nothing was started: {message}",
        since=part.since,
        evidence=(evidence_of(known, part),),
        playbook=tuple(_nearest(known, message)),
    )


def _started(known: Known, cell: Cell) -> bool:
    if any(each.key == "Pod" for each in cell.descendants(known)):
        return True
    return isinstance(known.view, Workflow) and any(
        node.type == "Pod" for node in nodes_of(known.view).values()
    )


def _nearest(known: Known, message: str) -> Iterator[str]:
    """The existing name that is most like the one that was not found."""
    missing = UNDEFINED.search(message)
    if missing is None or not isinstance(known.view, Workflow):
        return
    names = [each.name for each in known.view.spec.templates or ()]
    like = difflib.get_close_matches(missing[1], names, n=1)
    if like:
        yield f"No template is called {missing[1]}: did you mean {like[0]}?"


FAILURE = Failure(
    id="workflow-spec-invalid",
    title="Pipeline description invalid",
    says="The description of the run itself has an error. It was refused, and nothing was started.",
    sees="The run failed within seconds, without a single pod, with a message about its description.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.status.message}' (Argo)",
        "kubectl -n NAMESPACE get pipelinerun NAME -o jsonpath='{.status.conditions[0].message}' (Tekton)",
    ),
    judges=run_kinds(),
    severity="high",
    role="cause",
    playbook=(
        "Correct what the message names: a template, a parameter or a reference that does not exist",
        "Check it before the next submit: argo lint, or kubectl apply --dry-run=server",
    ),
    leads_to=("workflow-failed", "training-job-failed"),
    find=find,
)
