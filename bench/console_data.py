"""A large log for the console's benchmark: a year of conversations, the same at each run."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import yaml

from knowledge import load_clinic, load_library
from knowledge.render import answer_text, source_refs
from server.log.inbox import TurnFacts, facts_of

_DAYS = 365
_TOOK = timedelta(milliseconds=40)
_SEED = 20260101
Row = dict[str, Any]
# What the columns of a table are that not every row names.
COLUMNS = {
    "conversation": ("id", "token_hash", "channel", "created_at", "last_at", "last_seq"),
    "turn": ("id", "conversation_id", "seq", "client_message_id", "text", "state", "received_at", "finished_at"),
    "reply": ("id", "turn_id", "conversation_id", "seq", "text", "buttons", "kind", "metadata", "at"),
    "feedback": ("reply_id", "conversation_id", "rating", "at"),
    "contact": ("id", "conversation_id", "name", "phone", "at", "done_at", "done_by"),
    "inbox_entry": (
        *("conversation_id", "last_at", "last_seq", "turns", "outcomes", "topics", "lowest_confidence", "language"),
        *("gravity", "ratings", "needs_review", "reviewed_by", "reviewed_at", "assignee_id"),
    ),
    "search_text": ("turn_id", "conversation_id", "at", "text"),
    "red_flag": (
        *("id", "conversation_id", "turn_id", "topic", "gravity", "raised_at"),
        *("seen_by", "seen_at", "handled_by", "handled_at", "note"),
    ),
    "conversation_tag": ("conversation_id", "tag"),
}


@dataclass(frozen=True)
class Told:
    """Something that the bot says: its text, kind and metadata."""

    text: str
    kind: str
    details: Row


@dataclass
class Batch:
    """Rows of some conversations, by table."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, **values: Any) -> None:
        """One more row; what it does not name is NULL."""
        self.rows[table].append({name: values.get(name) for name in COLUMNS[table]})


class Talkers:
    """Makes conversations out of the bot's real answers and the questions it learnt from."""

    def __init__(self, root: Path, staff: list[str]) -> None:
        self._random, self._staff = random.Random(_SEED), staff
        library, clinic = load_library(root / "data"), load_clinic(root / "clinic.yml")
        self._answers: dict[str, Told] = {}
        for topic, answer in library.answers.items():
            details = {"kind": answer.kind, "topics": [topic], "options": [], "confidence": 0.9, "model": "20260101-m"}
            details |= {"sources": source_refs(answer, library)}
            details |= {"severity": answer.severity} if answer.severity else {}
            self._answers[topic] = Told(answer_text(answer, library, clinic), answer.kind, details)
        self._questions = {topic: _questions(root / "data" / "nlu" / f"{topic}.yml") for topic in self._answers}
        topics = sorted(topic for topic in self._answers if self._questions[topic])
        self._safety = [t for t in topics if self._answers[t].details.get("severity") in ("emergency", "urgent")]
        self._topics = [topic for topic in topics if self._answers[topic].kind != "safety"]
        # A few topics make up most of what is asked.
        self._weights = [1 / (place + 1) for place in range(len(self._topics))]

    def batches(self, number: int, at_once: int) -> Iterator[Batch]:
        """So many conversations, the oldest first."""
        start, step = datetime.now(UTC) - timedelta(days=_DAYS), timedelta(days=_DAYS) / number
        for first in range(0, number, at_once):
            batch = Batch()
            for index in range(first, min(first + at_once, number)):
                self._talk(batch, index, start + index * step)
            yield batch

    def _talk(self, batch: Batch, index: int, at: datetime) -> None:
        conversation, greeting = f"bench-conversation-{index:06}", self._answers["greet"]
        turns = 1 + int(self._random.expovariate(0.5))
        times = [at + timedelta(minutes=number) for number in range(turns)]
        ended = {"created_at": at, "last_at": times[-1] + _TOOK, "last_seq": 1 + 2 * turns}
        batch.add("conversation", id=conversation, channel="api", **ended)
        batch.add("reply", **_reply(conversation, None, 1, greeting, at, greeting.details))
        facts = [self._turn(batch, index, number, conversation, moment) for number, moment in enumerate(times)]
        self._entry(batch, conversation, facts, times[-1] + _TOOK)
        self._of_staff(batch, conversation, index, times[-1] + _TOOK)

    def _turn(self, batch: Batch, index: int, number: int, conversation: str, received: datetime) -> TurnFacts:
        chance, turn, seq = self._random.random, f"{index:08x}-{number:04x}", 2 + 2 * number
        topic = self._random.choices(self._topics, self._weights)[0]
        if chance() < 0.01:
            topic = self._random.choice(self._safety)
        told, finished = self._told(topic), received + _TOOK
        confidence = 0.2 if told.kind == "fallback" else round(1 - 0.5 * chance() ** 4, 4)
        details = {**told.details, "confidence": confidence}
        question, state = self._random.choice(self._questions[topic]), "failed" if chance() < 0.002 else "answered"
        row = {"id": turn, "conversation_id": conversation, "seq": seq, "client_message_id": f"m-{number}"}
        batch.add("turn", **row, text=question, state=state, received_at=received, finished_at=finished)
        batch.add("reply", **_reply(conversation, turn, seq + 1, told, finished, details))
        words = {"turn_id": turn, "conversation_id": conversation, "at": finished}
        batch.add("search_text", **words, text=f"{question}\n{told.text}")
        facts = facts_of(state, [(told.kind, details)], told.kind == "safety")
        if facts.gravity is not None:
            self._flag(batch, words, topic, facts.gravity)
        if chance() < 0.08:
            rated = {"reply_id": f"{turn}-r", "conversation_id": conversation, "at": finished}
            batch.add("feedback", **rated, rating=self._random.choice(("up", "up", "down")))
        return facts

    def _entry(self, batch: Batch, conversation: str, facts: list[TurnFacts], last: datetime) -> None:
        topics = list(dict.fromkeys(topic for of_turn in facts for topic in of_turn.topics.split()))
        is_reviewed, is_assigned = self._random.random() < 0.7, self._random.random() < 0.1
        batch.add(
            "inbox_entry",
            conversation_id=conversation,
            last_at=last,
            last_seq=1 + 2 * len(facts),
            turns=len(facts),
            outcomes=reduce(or_, (of_turn.outcomes for of_turn in facts)),
            topics=f" {' '.join(topics)} " if topics else "",
            lowest_confidence=min(of_turn.lowest_confidence for of_turn in facts),
            language="other" if "other_language" in topics else "en",
            gravity=min((f.gravity for f in facts if f.gravity is not None), default=None),
            ratings=self._random.choices((0, 1, 2, 3), (80, 12, 6, 2))[0],
            needs_review=not is_reviewed,
            reviewed_by=self._random.choice(self._staff) if is_reviewed else None,
            reviewed_at=last if is_reviewed else None,
            assignee_id=self._random.choice(self._staff) if is_assigned else None,
        )

    def _of_staff(self, batch: Batch, conversation: str, index: int, last: datetime) -> None:
        if self._random.random() < 0.03:
            done = {"done_at": last, "done_by": self._staff[0]} if self._random.random() < 0.9 else {}
            who = {"id": f"contact-{index}", "conversation_id": conversation, "name": "A. Nobody", "phone": "555-0100"}
            batch.add("contact", **who, at=last, **done)
        if self._random.random() < 0.05:
            batch.add("conversation_tag", conversation_id=conversation, tag=f"tag {self._random.randrange(20)}")

    def _told(self, topic: str) -> Told:
        share = self._random.random()
        if share < 0.05:
            return Told("I cannot help with that.", "fallback", {"topics": [], "model": "20260101-m"})
        if share < 0.1:
            return Told("Which of these do you mean?", "clarify", {"topics": [], "model": "20260101-m"})
        return self._answers[topic]

    def _flag(self, batch: Batch, words: Row, topic: str, gravity: int) -> None:
        turn, at = words["turn_id"], words["at"]
        row = {"id": f"{turn}-f", "conversation_id": words["conversation_id"], "turn_id": turn, "topic": topic}
        handled: Row = {}
        if self._random.random() < 0.9:
            handled = {"seen_by": self._staff[0], "seen_at": at, "handled_by": self._staff[0], "handled_at": at}
        batch.add("red_flag", **row, gravity=gravity, raised_at=at, **handled, note="called" if handled else None)


def _reply(conversation: str, turn: str | None, seq: int, told: Told, at: datetime, details: Row) -> Row:
    reply_id = f"{turn}-r" if turn else f"g-{conversation[-6:]}"
    row = {"id": reply_id, "turn_id": turn, "conversation_id": conversation, "seq": seq, "text": told.text}
    return row | {"buttons": "[]", "kind": told.kind, "metadata": json.dumps(details), "at": at}


def _questions(file: Path) -> list[str]:
    if not file.is_file():
        return []
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        line[2:] for entry in content["nlu"] for line in entry.get("examples", "").splitlines() if line.startswith("- ")
    ]
