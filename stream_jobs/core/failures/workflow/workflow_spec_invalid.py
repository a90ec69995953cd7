"""workflow-spec-invalid: the pipeline's description has an error, so nothing was started."""

import difflib
import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.messages import one_line
from stream_jobs.core.pipelines import FAILED, failed_since
from stream_jobs.core.pods import seen
from stream_jobs.core.workflows import Workflow, nodes_of, workflow_view

# https://github.com/argoproj/argo-workflows, workflow/validate/validate.go and workflow/templateresolution
FORMS = re.compile(
    r"^invalid spec: |^templates\.|spec\.entrypoint is required|template name '.+' undefined"
    r"|template reference .+ not found|failed to resolve \{\{.+\}\}"
    r"|(?:cluster)?workflowtemplates\.argoproj\.io \".+\" not found",
    re.DOTALL,
)
UNDEFINED = re.compile(r"template name '(.+?)' undefined")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = workflow_view(known.view)
    message = one_line((view.status.message if view.status else None) or "")
    phase = view.status.phase if view.status else None
    if phase not in FAILED or not FORMS.search(message) or _started(known, cell):
        return
    since = failed_since(known)
    yield Finding(
        says=f"The description of Workflow {known.name} has an error, so nothing was started: {message}",
        since=since,
        evidence=(seen(known, since, f"phase {phase}: {message}"),),
        playbook=tuple(_nearest(view, message)),
    )


def _started(known: Known, cell: Cell) -> bool:
    return bool(cell.owned(known, "Pod")) or any(node.type == "Pod" for node in nodes_of(known.view).values())


def _nearest(view: Workflow, message: str) -> Iterator[str]:
    """The existing name that is most like the one that was not found."""
    missing = UNDEFINED.search(message)
    names = [each.name for each in view.spec.templates or ()]
    like = difflib.get_close_matches(missing[1], names, n=1) if missing else []
    if like and missing:
        yield f"No template is called {missing[1]}: did you mean {like[0]}?"


FAILURE = Failure(
    id="workflow-spec-invalid",
    title="Pipeline description invalid",
    says="The description of the pipeline itself has an error. It was refused, and no step was started.",
    judges=("Workflow.argoproj.io",),
    severity="high",
    role="cause",
    playbook=(
        "Correct what the message names: a template, a parameter or a reference that does not exist",
        "Check it before the next submit: argo lint",
    ),
    leads_to=("workflow-failed",),
    find=find,
)
