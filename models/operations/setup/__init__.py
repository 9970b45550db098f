"""What fills an empty hospital: lists, first stock, reference data, tables as files, the demo hospital.

It may import every other area.
"""
