"""The engine of the panel: base views, lists, forms, steps, inbox, home page, reports. All behaviour is here.

It imports nothing of the other areas.
"""
