"""Views of accounting periods.

It may import people, panel.
"""
