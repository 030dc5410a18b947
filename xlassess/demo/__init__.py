"""A made-up partnership, from generate to summary, with the mistakes that partners make."""

from xlassess.demo.run import DemoRun, choose_toolkits, run_demo

__all__ = ["DemoRun", "choose_toolkits", "run_demo"]
