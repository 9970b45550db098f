"""Telemedicine: patients and their records, doctors' hours, consultations, prescriptions.

It may import ledger, people, core.
"""
