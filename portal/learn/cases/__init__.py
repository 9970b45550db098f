"""Cases: stories that a student plays in an own hospital, role by role; each step is checked by a SELECT."""

from portal.learn.cases import pages

__all__ = ["pages"]
