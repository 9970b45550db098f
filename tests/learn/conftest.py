"""What tests of the laboratory share."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from portal.learn.lab import lab_file


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder of its own, in which the lab's files are built once."""
    return tmp_path_factory.mktemp("instance-with-lab")


@pytest.fixture
def lab(app: Flask, lab_folder: Path) -> Flask:
    """The application with both files of the lab."""
    app.config["INSTANCE"] = lab_folder
    for name in (lab_file.VISIBLE, lab_file.HIDDEN):
        lab_file.path(name)
    return app
