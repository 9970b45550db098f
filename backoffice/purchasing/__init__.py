"""Views of purchasing: requests, orders, receipts, invoices.

It may import stores, ledger, people, panel.
"""
