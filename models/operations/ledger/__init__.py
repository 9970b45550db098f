"""The stock ledger, the journal and its months: the only writers of stock and money.

It may import people, core.
"""
