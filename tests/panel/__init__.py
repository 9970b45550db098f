"""Tests of the panel's engine."""
