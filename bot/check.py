"""Checks all content across files: `python -m bot.check`, with `--write` also generating the domain and the rules.

Prints one line for each fault (file: what is wrong: what to do) and exits with 1; without faults, one line of counts.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from bot.checks.answers import check_answers
from bot.checks.content import Content, load_content
from bot.checks.fault import Fault
from bot.checks.follow_ups import check_follow_ups
from bot.checks.generated import check_generated, write_generated
from bot.checks.phrases import check_names, check_phrases
from bot.checks.questions import check_questions
from bot.checks.talk import check_talk
from bot.checks.topics import check_topics
from knowledge.paths import ROOT


def check(content: Content, today: date) -> Iterator[Fault]:
    """All faults between files. What a broken file hides is found once it can be read."""
    yield from check_topics(content)
    yield from check_generated(content)
    yield from check_questions(content)
    yield from check_follow_ups(content)
    yield from check_talk(content)
    if content.library:
        yield from check_answers(content.library, today)
        yield from check_phrases(content.library)
        yield from check_names(content.library, content.clinic)


def summary(content: Content) -> str:
    """One line of counts, for content without faults."""
    library = content.library
    assert library is not None, "content without faults has a library"
    facts = sum(len(source.facts) for source in library.sources.values())
    training, evaluation = (sum(map(len, q.values())) for q in (content.training, content.evaluation))
    return (
        f"content is sound: {len(library.answers)} answers, {facts} facts of {len(library.sources)} documents, "
        f"{training} training and {evaluation} evaluation questions"
    )


def main(arguments: Sequence[str] | None = None, root: Path = ROOT, today: date | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.check", description="Check the content across all files.")
    parser.add_argument("--write", action="store_true", help="first write bot/domain.yml and data/stories/rules.yml")
    options = parser.parse_args(arguments)
    content, faults = load_content(root)
    if options.write:
        for file in write_generated(content):
            print(f"{file}: written", file=sys.stderr)
    faults += check(content, today or date.today())
    print("\n".join(map(str, sorted(faults))) or summary(content))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
