"""From what runs short over the order and the receipt to the invoice, and back to the supplier.

It may import stores, ledger, people, core.
"""
