"""Generated tests: every page, form, field and address, those of tomorrow too."""
