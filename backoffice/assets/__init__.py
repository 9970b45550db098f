"""Views of assets: the register, its documents, maintenance, depreciation, inventory rounds.

It may import ledger, people, panel.
"""
