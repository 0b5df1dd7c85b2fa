"""Ctrl-C ends everything that `make run` started."""

from pathlib import Path

from running import running

INTERRUPTED = 130


def test_interrupt_ends_all_three_processes(tmp_path: Path) -> None:
    with running(tmp_path) as pumptalk:
        assert pumptalk.listening() == list(pumptalk.ports)
        assert pumptalk.interrupt() == INTERRUPTED
        assert pumptalk.listening() == []
