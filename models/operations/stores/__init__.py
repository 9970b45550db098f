"""What a store does with its stock: deliveries, returns, corrections, stocktakes, codes and shelves.

It may import ledger, people, core.
"""
