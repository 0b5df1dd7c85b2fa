"""Measures redaction: how much of the planted is gone, how many ordinary messages are altered, how long it takes.

Prints the figures and writes the lines behind them to `build/privacy/`. Without arguments it measures the examination
(`tests/privacy`), with `--dev` what redaction is built with (`data/dev/privacy`). There a fifth of the lines is kept
back: its figures are printed, its lines are shown to nobody, so that it tells whether a rule serves lines it never saw.
"""

import json
import re
import statistics
import sys
import time
import zlib
from collections import Counter
from pathlib import Path

import yaml

from knowledge import load_clinic
from server.privacy import Redacted, Redactor, load_redactor
from server.settings import ROOT, Settings

EXAM, DEV, EVAL = ROOT / "tests" / "privacy", ROOT / "data" / "dev" / "privacy", ROOT / "tests" / "eval"
BUILD = ROOT / "build" / "privacy"
LEAST_GONE, MOST_ALTERED, MOST_MS = 0.97, 0.005, 15.0
KEPT_BACK = 5

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
    settings = Settings()
    began = time.perf_counter()
    redactor = load_redactor(settings.data_dir, load_clinic(settings.clinic_file), settings.max_message_chars)
    print(f"loaded in {time.perf_counter() - began:.1f} s")
    return development(redactor) if "--dev" in sys.argv else examination(redactor)


def examination(redactor: Redactor) -> int:
    """The sets in `tests/privacy`, and the questions of `tests/eval`, none of which may be altered."""
    is_good = measured(redactor, read_all(EXAM, "identifiers"), read_all(EXAM, "ordinary"), BUILD / "exam")
    print_altered(redactor, EVAL)
    return 0 if is_good else 1


def development(redactor: Redactor) -> int:
    """The sets in `data/dev/privacy`: what may be looked at, then what is kept back."""
    messages, ordinary = read_all(DEV, "identifiers"), read_all(DEV, "ordinary")
    is_good = measured(
        redactor,
        [m for m in messages if not is_kept_back(m["text"])],
        [text for text in ordinary if not is_kept_back(text)],
        BUILD / "dev",
    )
    print_altered(redactor, DEV.parent)
    print("kept back:")
    kept = [m for m in messages if is_kept_back(m["text"])]
    is_good &= measured(redactor, kept, [text for text in ordinary if is_kept_back(text)], None)
    return 0 if is_good else 1


def is_kept_back(text: str) -> bool:
    """Whether a line of development is only measured, the same lines each time."""
    return zlib.crc32(text.encode()) % KEPT_BACK == 0


def measured(redactor: Redactor, messages: list, ordinary: list[str], folder: Path | None) -> bool:
    """Print the figures of two sets, and say whether they keep the bounds."""
    gone, missed = planted_gone(redactor, messages)
    altered = [(text, done.text) for text in ordinary if (done := redactor.redact(text)).text != text]
    times = timed(redactor, [m["text"] for m in messages] + ordinary)
    report(gone, len(altered), len(ordinary), times)
    if folder:
        write_lines(missed, altered, folder)
    share = sum(hit for hit, _ in gone.values()) / max(1, sum(n for _, n in gone.values()))
    return share >= LEAST_GONE and len(altered) <= MOST_ALTERED * len(ordinary) and statistics.median(times) <= MOST_MS


def print_altered(redactor: Redactor, folder: Path) -> None:
    """How many of the questions of a folder of topics are altered."""
    texts = [t for path in sorted(folder.glob("*.yml")) for t in read(path, "questions") if isinstance(t, str)]
    count = sum(redactor.redact(text).text != text for text in texts)
    name = folder.relative_to(ROOT)
    print(f"questions of {name} altered: {count} of {len(texts)} ({count / len(texts):.2%})")


def read_all(folder: Path, name: str) -> list:
    """The entries of all sets of a folder whose file names end so."""
    paths = sorted(folder.glob(f"*{name}.yml"))
    if not paths:
        raise SystemExit(f"{folder}: no file *{name}.yml to measure with")
    return [entry for path in paths for entry in read(path, "messages" if name == "identifiers" else "texts")]


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
    for part in re.finditer(r"[^\W_]+", re.sub("['’]s$", "", value)):
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


def report(gone: dict, altered: int, ordinary: int, times: list[float]) -> None:
    """Print the figures."""
    for name, (hit, total) in sorted(gone.items()):
        print(f"  {name:<12} {hit:>4} of {total:>4} gone")
    hits, planted = sum(h for h, _ in gone.values()), sum(n for _, n in gone.values())
    print(f"planted identifiers gone: {hits} of {planted} ({hits / max(1, planted):.1%}); at least {LEAST_GONE:.0%}")
    print(f"ordinary messages altered: {altered} of {ordinary} ({altered / ordinary:.2%}); at most {MOST_ALTERED:.1%}")
    quantiles = statistics.quantiles(times, n=20)
    print(
        f"time a message: p50 {statistics.median(times):.1f} ms, p95 {quantiles[18]:.1f} ms; "
        f"p50 at most {MOST_MS:.0f} ms"
    )


def write_lines(missed: list[dict], altered: list[tuple[str, str]], folder: Path) -> None:
    """The lines behind the figures, those of development and examination apart."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(m, ensure_ascii=False) for m in missed]
    (folder / "missed.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = [json.dumps({"text": a, "redacted": b}, ensure_ascii=False) for a, b in altered]
    (folder / "altered.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
