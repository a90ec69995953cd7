"""admission-webhook-unavailable: a webhook that must approve new objects does not answer."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.references import target
from stream_jobs.core.signs.creations import span, told
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.webhooks import configuration_of, service_of

MESSAGE = re.compile(r'failed calling (?:\w+ )?webhook "(?P<webhook>.+?)": (?P<why>.+)', re.DOTALL)
# What went wrong, without the URL before it.
WHY = re.compile(
    r'no endpoints available for service "[^"]*"|service "[^"]*" not found|connection refused'
    r"|context deadline exceeded|i/o timeout|x509: .+|no such host|no route to host|connection reset by peer"
    r"|EOF|(?:unexpected|the server).+",
    re.DOTALL,
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = told(known, cell, MESSAGE)
    for webhook in dict.fromkeys(match["webhook"] for _, match in found):
        mine = [(each, match) for each, match in found if match["webhook"] == webhook]
        since, until = span(each for each, _ in mine)
        message = mine[-1][1]["why"]
        why = WHY.search(message)
        namespace, service = service_of(message)
        now = "does not answer" if until is None else "did not answer"
        yield Finding(
            says=f"Webhook {one_line(webhook, 120)}, which has to approve new objects, {now}: "
            f"{one_line(why[0] if why is not None else message, 200)}",
            since=since,
            until=until,
            occurrence=webhook,
            subject=configuration_of(cell, webhook),
            about=(target("Service", namespace, service),) if service else (),
            hits=(known.uid,),
            evidence=tuple(each.evidence for each, _ in mine)[-2:],
            playbook=(
                f"kubectl -n {namespace} get endpoints,pods shows what stands behind Service {service}",
            )
            if service
            else (),
        )


FAILURE = Failure(
    id="admission-webhook-unavailable",
    title="Approving webhook is down",
    says="The API server has to ask another program before it creates such objects, and that program does "
    "not answer. Until it does nothing of the kind can be created, in all namespaces that it watches.",
    sees="Nothing new starts; kubectl create and FailedCreate events say 'failed calling webhook'.",
    confirm=(
        "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml names the "
        "webhook's Service, and failurePolicy: Fail",
        "kubectl -n NAMESPACE get endpointslices -l kubernetes.io/service-name=SERVICE shows no addresses",
    ),
    judges=("*",),  # whatever was refused something
    severity="critical",
    role="cause",
    playbook=(
        "Bring the pods behind the webhook's Service back (Kueue, Istio, cert-manager, Kyverno, an operator)",
        "x509: renew its certificate, or the caBundle of its configuration",
        "In an emergency set failurePolicy: Ignore, or remove the configuration until it is back",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "deployment-rollout-stuck",
        "workflow-step-stuck-pending",
        "workflow-step-failed",
        "workflow-failed",
        "job-running-too-long",
    ),
    find=find,
)
