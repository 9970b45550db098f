"""Which modules are broken, and the tests that carry their nouns, quickest first."""

from __future__ import annotations

#: Tests that say so much of everything, or take so long, that they would name no rule.
LEFT_OUT = ("commits", "browser")

_LEDGER = ("tests/ledger/test_ledger_boundaries.py", "tests/ledger/test_ledger_moves.py",
           "tests/ledger/test_journal_boundaries.py", "tests/ledger/test_stock.py",
           "tests/stores/test_counts.py", "tests/ledger/test_periods.py")

#: Module -> test files, or tests. A test that never comes by a changed line is not run for it.
TARGETS: dict[str, tuple[str, ...]] = {
    "models/operations/ledger/ledger.py": _LEDGER,
    "models/operations/ledger/stock.py": _LEDGER,
    "models/operations/ledger/journal.py": _LEDGER,
    "models/operations/ledger/periods.py": _LEDGER,
    "models/operations/ledger/backdating.py": _LEDGER,
    "models/operations/core/approvals.py": (
        "tests/core/test_approval_rules.py", "tests/core/test_approvals.py"),
    "models/rights.py": (
        "tests/core/test_rights_specification.py::test_tables_are_as_specified_in_both_directions",
        "tests/core/test_rights_specification.py::test_pages_are_as_specified_in_both_directions",
        "tests/core/test_rights_hidden.py::test_every_hidden_word_is_known",
        "tests/core/test_rights_hidden.py::test_of_two_roles_the_one_that_sees_the_rows_decides",
        "tests/core/test_rights_rules.py"),
    "models/scopes.py": ("tests/core/test_rights_rules.py", "tests/stores/test_own_stores.py",
                         "tests/clinic/test_treating_doctor.py"),
    "models/depreciation_rules.py": (
        "tests/assets/test_depreciation_boundaries.py", "tests/assets/test_depreciation_rules.py"),
    "models/operations/assets/depreciation.py": (
        "tests/assets/test_depreciation_boundaries.py", "tests/assets/test_depreciation.py"),
    "models/operations/clinic/slots.py": ("tests/clinic/test_slots.py", "tests/clinic/test_booking.py"),
    "models/operations/learning/classes.py": ("tests/learn/test_classes.py", "tests/learn/test_joining.py"),
    "models/operations/learning/marks.py": ("tests/learn/test_marks.py",),
    "models/operations/learning/progress.py": ("tests/learn/test_progress.py",),
    "models/operations/learning/own_exercises.py": ("tests/learn/test_own_exercises.py",),
    "models/workflow.py": ("tests/core/test_workflow_rules.py", "tests/core/test_approvals.py"),
}
