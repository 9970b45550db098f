"""Beds and rooms: who comes and goes, and what makes them ready again.

It may import ledger, people, core.
"""
