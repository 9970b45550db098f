"""Page times at a million stock moves, beside a bare Flask route with the ideal SQL. `make bench` prints
ratios.

No part of the test run: no test fails on a clock.
"""
