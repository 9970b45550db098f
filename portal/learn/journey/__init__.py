"""The journey of one document: who took each step, which rows it wrote, the journal that it made."""

from portal.learn.journey import pages

__all__ = ["pages"]
