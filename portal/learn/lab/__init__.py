"""The SQL lab: files of made-up rows, an engine that contains whatever is asked, and the pages."""
