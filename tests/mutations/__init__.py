"""Mutations: would a test notice? ``python -m tests.mutations`` breaks a rule on purpose and runs its tests.

A tool for people, no part of the suite or the pipeline; the tree is never changed.
"""
