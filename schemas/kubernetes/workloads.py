"""What makes pods: Deployments and their kin, Jobs, CronJobs."""

from datetime import datetime
from typing import Any

from schemas.kubernetes.events import ObjectReference
from schemas.kubernetes.parts import Condition, LabelSelector, Metadata, Part, View
from schemas.kubernetes.pods import PodSpec


class PodTemplate(Part, frozen=True, omit_defaults=True):
    """spec.template."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()


class WorkloadSpec(Part, frozen=True, omit_defaults=True):
    """Deployment, StatefulSet, ReplicaSet, DaemonSet."""

    replicas: int | None = None
    paused: bool | None = None
    selector: LabelSelector | None = None
    template: PodTemplate | None = None


class WorkloadStatus(Part, frozen=True, omit_defaults=True):
    """Their status; DaemonSets count by machines (desiredNumberScheduled and its sisters)."""

    replicas: int = 0
    readyReplicas: int = 0
    availableReplicas: int = 0
    updatedReplicas: int = 0
    observedGeneration: int = 0
    currentRevision: str = ""
    updateRevision: str = ""
    desiredNumberScheduled: int = 0
    updatedNumberScheduled: int = 0
    numberReady: int = 0
    conditions: tuple[Condition, ...] | None = None


class Workload(View, frozen=True, omit_defaults=True):
    """apps/v1 Deployment, StatefulSet, ReplicaSet and DaemonSet."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class JobSpec(Part, frozen=True, omit_defaults=True):
    """batch/v1 Job.spec."""

    parallelism: int | None = None
    completions: int | None = None
    completionMode: str | None = None
    backoffLimit: int | None = None
    activeDeadlineSeconds: int | None = None
    podReplacementPolicy: str | None = None
    suspend: bool | None = None
    podFailurePolicy: dict[str, Any] | None = None
    template: PodTemplate | None = None


class JobStatus(Part, frozen=True, omit_defaults=True):
    """batch/v1 Job.status."""

    active: int = 0
    ready: int | None = None
    succeeded: int = 0
    failed: int = 0
    terminating: int | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None
    failedIndexes: str | None = None  # "3,7-9"
    conditions: tuple[Condition, ...] | None = None


class Job(View, frozen=True, omit_defaults=True):
    """batch/v1 Job."""

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class CronJobSpec(Part, frozen=True, omit_defaults=True):
    """batch/v1 CronJob.spec."""

    schedule: str = ""
    timeZone: str | None = None
    suspend: bool | None = None
    concurrencyPolicy: str | None = None
    startingDeadlineSeconds: int | None = None


class CronJobStatus(Part, frozen=True, omit_defaults=True):
    """batch/v1 CronJob.status; `active` are the Jobs that are not over."""

    active: tuple[ObjectReference, ...] | None = None
    lastScheduleTime: datetime | None = None
    lastSuccessfulTime: datetime | None = None


class CronJob(View, frozen=True, omit_defaults=True):
    """batch/v1 CronJob."""

    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()
