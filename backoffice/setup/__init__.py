"""The pages that bring lists in.

It may import every other area.
"""
