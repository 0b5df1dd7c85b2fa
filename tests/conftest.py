"""Holds for all tests: with CI=true a skipped test makes the run fail, because there nothing may go untested."""

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn success into failure if a test, or a whole file, was skipped."""
    if session.exitstatus == pytest.ExitCode.OK and _forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was skipped; in CI say that this is a failure."""
    skips = _forbidden_skips(config)
    if skips:
        terminalreporter.section("skipped, which CI=true forbids", sep="=", red=True)
    for report in skips or _skips(config):
        terminalreporter.line(f"{report.nodeid}: {_reason(report)}")


def _forbidden_skips(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    return _skips(config) if os.environ.get("CI") == "true" else []


def _skips(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
