"""Learning: classes, what is to be done in them, and how far students got.

It may import every area but setup.
"""
