"""Processes: the two papers' data flow diagrams with the system's own flows, and each workflow as a drawing."""

from portal.learn.processes import pages

__all__ = ["pages"]
