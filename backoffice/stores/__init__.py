"""Views of the stores: their documents, stocktakes, scanning.

It may import ledger, people, panel.
"""
