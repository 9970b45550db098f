"""Tests of the common ground of every page, and of the API."""
