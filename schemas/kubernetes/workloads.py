"""What makes pods: Deployments and their kin, Jobs, CronJobs."""

from datetime import datetime
from typing import Any

from schemas.kubernetes.parts import Condition, Metadata, Part, View
from schemas.kubernetes.pods import PodSpec


class PodTemplate(Part, frozen=True, omit_defaults=True):
    """spec.template."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()


class WorkloadSpec(Part, frozen=True, omit_defaults=True):
    """Deployment, StatefulSet, ReplicaSet, DaemonSet."""

    replicas: int | None = None
    template: PodTemplate | None = None


class WorkloadStatus(Part, frozen=True, omit_defaults=True):
    """Their status."""

    replicas: int = 0
    readyReplicas: int = 0
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
    conditions: tuple[Condition, ...] | None = None


class Job(View, frozen=True, omit_defaults=True):
    """batch/v1 Job."""

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class CronJobSpec(Part, frozen=True, omit_defaults=True):
    """batch/v1 CronJob.spec."""

    schedule: str = ""
    suspend: bool | None = None
    concurrencyPolicy: str | None = None


class CronJob(View, frozen=True, omit_defaults=True):
    """batch/v1 CronJob."""

    spec: CronJobSpec = CronJobSpec()
