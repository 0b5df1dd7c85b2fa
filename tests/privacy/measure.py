"""Measures redaction: how much of the planted is gone, how many ordinary messages are altered, how long it takes.

Prints the figures and writes the lines behind them to `build/privacy/`. Without arguments it measures the examination
(`tests/privacy`), with `--dev` what redaction was built with (`data/dev/privacy`).
"""

import json
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from knowledge import load_clinic
from server.privacy import Redacted, Redactor, load_redactor
from server.settings import ROOT, Settings

EXAM, DEV, EVAL = ROOT / "tests" / "privacy", ROOT / "data" / "dev" / "privacy", ROOT / "tests" / "eval"
BUILD = ROOT / "build" / "privacy"
LEAST_GONE, MOST_ALTERED, MOST_MS = 0.97, 0.005, 15.0

# May stay of a planted value: states, and words that are no name and no number.
NEUTRAL = frozenset(
    "mr mrs ms miss dr doctor nurse prof sister st saint street road avenue the of and at in on no number "
    "ext extension dob born years year old yo aged age is my apt flat unit suite county city state zip "
    "code us usa uk gb dot com yrs a an hospital clinic medical center centre infirmary university "
    "general pm am".split()
)
STATES = frozenset(
    "al ak az ar ca co ct de fl ga hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv "
    "ny oh ok or pa ri sc sd tn tx ut va vt wa wi wv wy alabama alaska arizona arkansas california "
    "colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky "
    "louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska "
    "nevada hampshire jersey mexico york carolina dakota ohio oklahoma oregon pennsylvania rhode island "
    "tennessee texas utah vermont virginia washington wisconsin wyoming england scotland wales ireland "
    "canada".split()
)


def main() -> int:
    """Measure, print, and say by the exit code whether the bounds are kept."""
    is_dev = "--dev" in sys.argv
    folder = DEV if is_dev else EXAM
    settings = Settings()
    began = time.perf_counter()
    redactor = load_redactor(settings.data_dir, load_clinic(settings.clinic_file), settings.max_message_chars)
    print(f"loaded in {time.perf_counter() - began:.1f} s")
    messages = read(folder / "identifiers.yml", "messages")
    ordinary = read(folder / "ordinary.yml", "texts")
    gone, missed = planted_gone(redactor, messages)
    altered = [(text, done.text) for text in ordinary if (done := redactor.redact(text)).text != text]
    times = timed(redactor, [m["text"] for m in messages] + ordinary)
    report(gone, missed, altered, len(ordinary), times, BUILD / ("dev" if is_dev else "exam"))
    if not is_dev:
        questions = [
            text for path in sorted(EVAL.glob("*.yml")) for text in read(path, "questions") if isinstance(text, str)
        ]
        count = sum(redactor.redact(text).text != text for text in questions)
        print(f"questions of tests/eval altered: {count} of {len(questions)} ({count / len(questions):.2%})")
    share = sum(hit for hit, _ in gone.values()) / max(1, sum(n for _, n in gone.values()))
    good = share >= LEAST_GONE and len(altered) <= MOST_ALTERED * len(ordinary) and statistics.median(times) <= MOST_MS
    return 0 if good else 1


def read(path: Path, key: str) -> list:
    """The entries of a set: a list, or a list under its name."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return (
        data[key]
        if isinstance(data, dict) and key in data
        else next(iter(data.values()))
        if isinstance(data, dict)
        else data
    )


def planted_gone(redactor: Redactor, messages: list) -> tuple[dict[str, tuple[int, int]], list[dict]]:
    """By class: how many are gone, and how many there are; and those that are not gone."""
    hits, total, missed = Counter(), Counter(), []
    for message in messages:
        done = redactor.redact(message["text"])
        for planted in message["planted"]:
            total[planted["class"]] += 1
            left = leftovers(message["text"], done, str(planted["value"]))
            if left:
                missed.append({**planted, "left": left, "text": message["text"], "redacted": done.text})
            else:
                hits[planted["class"]] += 1
    return {name: (hits[name], total[name]) for name in total}, missed


def leftovers(text: str, done: Redacted, value: str) -> list[str]:
    """The parts of a planted value that can still be read somewhere in the message."""
    at = text.find(value)
    if at < 0:
        raise SystemExit(f"tests/privacy: {value!r} does not stand in {text!r}")
    left = []
    for part in re.finditer(r"[^\W_]+", value):
        start, end = at + part.start(), at + part.end()
        covered = any(edit.start <= start and end <= edit.end for edit in done.edits)
        if not covered and part.group().lower() not in NEUTRAL | STATES:
            left.append(part.group())
    return left if left or value not in done.text else [value]


def timed(redactor: Redactor, texts: list[str]) -> list[float]:
    """Milliseconds for each text."""
    times = []
    for text in texts:
        began = time.perf_counter()
        redactor.redact(text)
        times.append((time.perf_counter() - began) * 1000)
    return times


def report(
    gone: dict, missed: list[dict], altered: list[tuple[str, str]], ordinary: int, times: list[float], folder: Path
) -> None:
    """Print the figures; write the lines behind them, those of development and examination apart."""
    for name, (hit, total) in sorted(gone.items()):
        print(f"  {name:<12} {hit:>4} of {total:>4} gone")
    hits, planted = sum(h for h, _ in gone.values()), sum(n for _, n in gone.values())
    print(f"planted identifiers gone: {hits} of {planted} ({hits / max(1, planted):.1%}); at least {LEAST_GONE:.0%}")
    print(
        f"ordinary messages altered: {len(altered)} of {ordinary} ({len(altered) / ordinary:.2%}); "
        f"at most {MOST_ALTERED:.1%}"
    )
    quantiles = statistics.quantiles(times, n=20)
    print(
        f"time a message: p50 {statistics.median(times):.1f} ms, p95 {quantiles[18]:.1f} ms; "
        f"p50 at most {MOST_MS:.0f} ms"
    )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(m, ensure_ascii=False) for m in missed]
    (folder / "missed.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = [json.dumps({"text": a, "redacted": b}, ensure_ascii=False) for a, b in altered]
    (folder / "altered.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
