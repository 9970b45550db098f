"""The list of mutants that change nothing names mutants that are there, each with a reason."""

from __future__ import annotations

import pytest

from tests.mutations.__main__ import listed
from tests.mutations.mutants import mutants
from tests.mutations.targets import TARGETS

pytestmark = pytest.mark.once


def test_what_is_listed_is_there_and_has_a_reason() -> None:
    there = {mutant.name for path in TARGETS for mutant in mutants(path)}
    assert sorted(listed().keys() - there) == []
    assert all(listed().values())


def test_every_target_has_tests_that_are_there() -> None:
    from tests.mutations.running import there
    assert [path for path, tests in TARGETS.items() if there(tests) != list(tests)] == []
