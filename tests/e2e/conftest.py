"""The real three processes, once for a file of tests, and their logs where a test fails."""

from collections.abc import Iterator

import pytest
from running import PumpTalk, log_tails, running


@pytest.fixture(scope="module")
def pumptalk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PumpTalk]:
    """PumpTalk, ready. One a file, never two at a time: they would write to the same logs."""
    with running(tmp_path_factory.mktemp("pumptalk")) as started:
        yield started


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Show the logs of the processes under a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.sections += log_tails()
