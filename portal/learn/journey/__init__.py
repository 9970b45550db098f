"""The journey of one document: each step with who took it, which rows it wrote, and the journal that it made."""

from portal.learn.journey import pages

__all__ = ["pages"]
