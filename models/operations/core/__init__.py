"""What every area uses: the one door for state, locks, statements for many rows, the activity log, files,
jobs, checks and the report kit.

It imports nothing of the other areas.
"""
