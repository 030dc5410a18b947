"""A made-up partnership, from generate to summary, with the mistakes that partners make."""

from xlassess.demo.rounds import MOST_ROUNDS, RoundsPlayed, run_rounds
from xlassess.demo.run import DemoRun, choose_rounds, choose_toolkits, run_demo

__all__ = [
    "MOST_ROUNDS",
    "DemoRun",
    "RoundsPlayed",
    "choose_rounds",
    "choose_toolkits",
    "run_demo",
    "run_rounds",
]
