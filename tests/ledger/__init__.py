"""Tests of the stock ledger and the journal."""
