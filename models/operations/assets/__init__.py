"""The life of an asset: plan, receipt, moves, maintenance, calibration, depreciation, exit.

It may import ledger, people, core.
"""
