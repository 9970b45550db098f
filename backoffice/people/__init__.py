"""Views of accounts, notices and the outbox.

It may import panel.
"""
