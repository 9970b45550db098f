"""Tests of accounts, sign-in, notices and mail."""
