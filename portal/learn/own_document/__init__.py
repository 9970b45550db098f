"""Own document types: a learner writes facts, fields, states and steps; in the practice hospital they become
a table, pages, buttons, inbox and paper. `definition` is the data, `rules` what it must keep to."""

from portal.learn.own_document import box_pages, pages

__all__ = ["box_pages", "pages"]
