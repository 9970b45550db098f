"""Tests of rooms and beds."""
