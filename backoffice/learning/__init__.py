"""Views of learning: what an administrator reads of classes and progress.

It may import panel.
"""
