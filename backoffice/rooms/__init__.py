"""Views of rooms and beds: the board, the work list of housekeeping.

It may import ledger, people, panel.
"""
