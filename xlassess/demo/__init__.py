"""A made-up partnership, from generate to summary, with the mistakes that partners make."""

from xlassess.demo.play import Played, choose_toolkits, play

__all__ = ["Played", "choose_toolkits", "play"]
