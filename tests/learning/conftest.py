"""The small copy of the project that these tests teach."""

from collections.abc import Iterator

import pytest
from small_project import SmallProject, small_project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallProject]:
    """One for all, since its first model takes half a minute: each test leaves its model and its data as they were."""
    yield small_project(tmp_path_factory.mktemp("learning"))
