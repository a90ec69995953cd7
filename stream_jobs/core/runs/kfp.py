"""Reading Kubeflow Pipelines' version 2: Argo's nodes folded to the tasks that the pipeline's author wrote.

Each task is three nodes: a driver (a pod of the engine, which looks for a cached result and its inputs), a
group of the task's name, and in it the executor (the pod that does the work). Facts: kubeflow/pipelines,
backend/src/v2/compiler/argocompiler: dag.go, container.go.
"""

import msgspec

from schemas.contracts import Phase, Step
from stream_jobs.core.runs.workflow_steps import Graph
from stream_jobs.core.runs.workflows import WorkflowNode

DRIVER, EXECUTOR = "-driver", ".executor"
ROOT = "root"
# Segments of a node's path that only say "inside of a loop".
LOOPS = frozenset({"iteration-iterations", "iteration-item", "iteration", ROOT})
SYSTEM = "system-"  # templates of the engine: system-dag-driver, system-container-executor, ...
CACHED, CONDITION = "cached-decision", "condition"  # what a driver decides, as output parameters


def is_v2(nodes: dict[str, WorkflowNode]) -> bool:
    """Whether the nodes are those of version 2, which has drivers and executors."""
    return any(SYSTEM in each.templateName for each in nodes.values())


def fold_tasks(steps: tuple[Step, ...], nodes: dict[str, WorkflowNode], run: str) -> tuple[Step, ...]:
    """Return a step for each task: its executor's, with what its driver did to it."""
    drivers = {_task(each.name): each for each in steps if each.name.endswith(DRIVER)}
    work: dict[str, Step] = {}
    for each in steps:
        if not each.name.endswith(DRIVER) and (each.name.endswith(EXECUTOR) or _task(each.name) not in work):
            work[_task(each.name)] = each
    graphs = {name for name in drivers if any(each.startswith(f"{name}.") for each in (*work, *drivers))}
    names = [name for name in (*work, *drivers) if name and name not in graphs]
    after = {name: _before(name, drivers, work, graphs) for name in names}
    decided = _decisions(nodes, run)
    return tuple(
        _fold(name, work.get(name), drivers.get(name), after[name], decided.get(name, ""))
        for name in dict.fromkeys(names)
    )


def _task(path: str) -> str:
    """The task that a step is of: "root.for-loop-1.iteration-item.train.executor" is "for-loop-1.train"."""
    bare = path.removesuffix(EXECUTOR).removesuffix(DRIVER)
    return ".".join(each for each in bare.split(".") if each not in LOOPS)


def _before(name: str, drivers: dict[str, Step], work: dict[str, Step], graphs: set[str]) -> tuple[str, ...]:
    """The tasks that a task waits for: what its driver waits for; a graph's driver stands for what it did."""
    waiting = [name]
    found: dict[str, None] = {}
    passed: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current in passed:
            continue
        passed.add(current)
        told = drivers.get(current) or work.get(current)
        for each in (_task(one) for one in (told.after if told is not None else ())):
            if each in graphs:
                waiting.append(each)
            elif each and each != name:
                found[each] = None
    return tuple(sorted(found))


def _decisions(nodes: dict[str, WorkflowNode], run: str) -> dict[str, str]:
    """What drivers decided of their tasks: "cached", or "condition" where it was not met."""
    found: dict[str, str] = {}
    graph = Graph(run)
    for node in nodes.values():
        path = graph.path(node)
        if not path.endswith(DRIVER) or node.outputs is None:
            continue
        told = {each.name: str(each.value) for each in node.outputs.parameters or ()}
        if told.get(CACHED) == "true":
            found[_task(path)] = "cached"
        elif told.get(CONDITION) == "false":
            found[_task(path)] = "condition"
    return found


def _fold(name: str, work: Step | None, driver: Step | None, after: tuple[str, ...], decided: str) -> Step:
    """One task. A driver that failed is the task's failure, and the engine's; else it is not shown."""
    if driver is not None and driver.phase in ("Failed", "Error"):
        said = f"its driver failed: {driver.message}".rstrip(": ")
        return msgspec.structs.replace(
            driver, name=name, kind="driver", phase="Error", message=said, after=after
        )
    if work is None:
        phase: Phase = "Pending" if driver is not None and driver.phase == "Succeeded" else _of(driver)
        return Step(name=name, kind="task", phase=phase, after=after)
    if decided == "cached" and work.phase in ("Skipped", "Succeeded"):
        return msgspec.structs.replace(
            work,
            name=name,
            kind="task",
            phase="Succeeded",
            message="its result was in the cache",
            after=after,
        )
    message = "its condition was not met" if decided == "condition" else work.message
    return msgspec.structs.replace(work, name=name, kind="task", message=message, after=after)


def _of(driver: Step | None) -> Phase:
    return "Pending" if driver is None or driver.phase == "Running" else driver.phase
