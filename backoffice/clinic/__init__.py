"""Views of telemedicine: patients, the consultation room, the doctors' desk, dispensing.

It may import ledger, people, panel.
"""
