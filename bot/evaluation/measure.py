"""All figures of a model that decide whether it may take another's place, as plain numbers that can be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from bot.evaluation import parsing, scores
from bot.evaluation.alarms import Message, Raised, ask_alarms, caught
from bot.evaluation.questions import Question
from knowledge.model import Answer, Severity


def measure(model: Path, asked: Sequence[Question], messages: Sequence[Message], answers: Mapping[str, Answer]) -> dict:
    """Load a model and put everything to it. Raises ModelError if it is absent or not as trained.

    Returns {model, model_id, figures, topics, safety: {severity: {due, together, alone}}, calm: {asked, alarmed}}.
    """
    agent, path = parsing.load_agent(model)
    severities: dict[str, Severity] = {t: a.severity for t, a in answers.items() if a.severity}
    with threadpool_limits(1):  # as bot/serve.py serves
        outcomes = parsing.parse_all(agent, asked)
        raised = ask_alarms(agent, messages, severities)
    kinds = {topic: answer.kind for topic, answer in answers.items()}
    return {
        "model": path.name,
        "model_id": agent.model_id,
        "figures": asdict(scores.figures(outcomes)),
        "topics": [asdict(group) for group in scores.by_topic(outcomes, kinds)],
        "safety": _safety(raised, severities),
        "calm": _calm(raised),
    }


def _safety(raised: Sequence[Raised], severities: Mapping[str, Severity]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for r in raised:
        if r.message.due:
            row = found.setdefault(severities[r.message.due], {"due": 0, "together": 0, "alone": 0})
            row["due"] += 1
            row["together"] += caught(r.message.due, r.together, severities)
            row["alone"] += caught(r.message.due, r.alone, severities)
    return found


def _calm(raised: Sequence[Raised]) -> dict[str, Any]:
    calm = [r for r in raised if not r.message.due]
    return {"asked": len(calm), "alarmed": sum(bool(r.together) for r in calm)}
