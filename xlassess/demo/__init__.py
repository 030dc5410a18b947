"""A made-up partnership, from generate to summary, with the mistakes that partners make."""

from xlassess.demo.post import CameByMail, PostPlayed, run_post
from xlassess.demo.programme import ProgrammePlayed, run_programme
from xlassess.demo.rounds import MOST_ROUNDS, RoundsPlayed, run_rounds
from xlassess.demo.run import DemoRun, choose_rounds, choose_toolkits, run_demo
from xlassess.demo.today import run_as_of

__all__ = [
    "MOST_ROUNDS",
    "CameByMail",
    "DemoRun",
    "PostPlayed",
    "ProgrammePlayed",
    "RoundsPlayed",
    "choose_rounds",
    "choose_toolkits",
    "run_as_of",
    "run_demo",
    "run_post",
    "run_programme",
    "run_rounds",
]
