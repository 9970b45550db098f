"""Tests of what every area uses, and of the house as a whole: layout, workflows, rights, migrations."""
