"""Who does the work: processes of this computer, or a cluster.

An executor takes jobs and gives their results in order (`Executor`). `Processes` are those of this
computer; `connected` gives a cluster. In both, each job is done in a process that has a limit of
memory and of time.
"""

from xlassess.workers.cluster import DaskCluster, connected, remarks_of
from xlassess.workers.crew import Processes, Workers, executor_of
from xlassess.workers.executor import Bounds, Executor, Lost, Work

__all__ = [
    "Bounds",
    "DaskCluster",
    "Executor",
    "Lost",
    "Processes",
    "Work",
    "Workers",
    "connected",
    "executor_of",
    "remarks_of",
]
