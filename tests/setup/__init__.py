"""Tests of what fills an empty hospital, and of its commands."""
