"""Accounts and what opens them, the identity number, contact details, notices and mail.

It may import core.
"""
