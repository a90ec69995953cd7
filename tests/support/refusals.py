"""Whatever may be refused its pods: controllers with their events, Argo's nodes, Tekton's conditions."""

from tests.support.lab import Lab, Object, condition, job, stamp, thing
from tests.support.pipelines import step, workflow


def refused_job(words: str, name: str = "train", seconds: float = 7) -> Lab:
    """A Job whose controller says that it could create no pod."""
    lab = Lab().apply(job(name))
    return lab.event(job(name), "FailedCreate", f"Error creating: {words}", component="job", seconds=seconds)


def refused_replica_set(words: str) -> Lab:
    """A ReplicaSet of which only the condition is left: its events have expired."""
    failure = condition("ReplicaFailure", "True", "FailedCreate", words, seconds=7)
    body = {"replicas": 1, "template": {"spec": {"containers": [{"name": "main"}]}}}
    return Lab().apply(
        thing("ReplicaSet", "train", api="apps/v1", spec=body, status={"conditions": [failure]})
    )


def refused_task_run(words: str) -> Lab:
    """A TaskRun that says so in its condition, as Tekton does."""
    says = f'failed to create task run pod "train-pod": {words}. Maybe missing or invalid Task ml/train'
    failed = condition("Succeeded", "False", "PodCreationFailed", says, seconds=7)
    status = {"conditions": [failed], "startTime": stamp(1)}
    return Lab().apply(thing("TaskRun", "train", api="tekton.dev/v1", spec={}, status=status))


def refused_step(words: str) -> Lab:
    """A Workflow with a step that Argo gave up."""
    return Lab().apply(workflow("train", "Error", "", step("train-1", "Error", words)))


def webhook_configuration(name: str, webhook: str, kind: str = "ValidatingWebhookConfiguration") -> Object:
    """A configuration with one webhook."""
    one = {"name": webhook, "failurePolicy": "Fail"}
    return thing(kind, name, api="admissionregistration.k8s.io/v1", namespace="", webhooks=[one])


REFUSALS = (refused_job, refused_replica_set, refused_task_run, refused_step)
