"""Processes: the papers' data flow diagrams with today's flows, and each workflow as a drawing."""

from portal.learn.processes import pages

__all__ = ["pages"]
