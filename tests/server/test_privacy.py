"""Redaction: what it takes out, what it leaves, and where spans move to. Its figures: `make privacy-report`."""

import json
import logging
import shutil
import socket
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from knowledge import ContentError, load_clinic
from server.errors import ConfigurationError
from server.privacy import PLACEHOLDERS, Redactor, SenderHash, language_model, load_redactor
from server.safety import RedFlag
from server.settings import ROOT

DEV = ROOT / "data" / "dev" / "privacy"
LONGEST = 2000


@lru_cache
def redactor(longest: int = LONGEST) -> Redactor:
    """With the project's own data, read once for each length."""
    return load_redactor(ROOT / "data", load_clinic(ROOT / "clinic.yml"), longest)


@pytest.mark.parametrize(
    ("text", "redacted", "kinds"),
    [
        ("my name is karen whitfield, can I swim?", "my name is (name), can I swim?", ["name"]),
        ("Dr. Ramirez said the catheter moved", "Dr. (name) said the catheter moved", ["name"]),
        ("we live at 48 Larkfield Avenue, LS8 2QT", "we live at (place)", ["place"]),
        ("im in wolverhampton", "im in (place)", ["place"]),
        ("pump put in on 14 March 2022", "pump put in on (date)", ["date"]),
        ("my mum is 93, too old?", "my mum is (age), too old?", ["age"]),
        ("call (415) 555-0132 ext 44", "call (phone)", ["phone"]),
        ("fax it to 212.555.0176", "fax it to (phone)", ["fax"]),
        ("june_p (at) gmail dot com", "(email)", ["email"]),
        ("SSN 078-05-1120", "SSN (number)", ["ssn"]),
        ("mrn 00482913", "mrn (number)", ["record"]),
        ("medicare 1EG4-TE5-MK73", "medicare (number)", ["plan"]),
        ("account number 5530-8841", "account number (number)", ["account"]),
        ("drivers license D5512398", "drivers license (number)", ["licence"]),
        ("my car reg is LV07 XTD", "my car reg is (number)", ["vehicle"]),
        ("pump serial NGP402981H", "pump serial (number)", ["device"]),
        ("see www.gerrysbackpain.co.uk/pump", "see (link)", ["url"]),
        ("from 86.14.220.31", "from (link)", ["ip"]),
        # By what follows.
        ("Grace asked me to write for her", "(name) asked me to write for her", ["name"]),
        ("summer is my girl", "(name) is my girl", ["name"]),
        ("kev's pump beeps", "(name)'s pump beeps", ["name"]),
        ("my daughter April was told to wait", "my daughter (name) was told to wait", ["name"]),
        # Whole addresses, and those of other countries.
        ("12 Gorse Rise, Matlock, DE4 9ZZ: is it far", "(place): is it far", ["place"]),
        ("we live in Boiling Springs", "we live in (place)", ["place"]),
        ("my eircode is A92 X0Y7", "my eircode is (place)", ["place"]),
        ("call five five five oh one two three", "call (phone)", ["phone"]),
        ("serial ngp 771 204 h", "serial (number)", ["device"]),
        ("the visa ending 8841", "the visa ending (number)", ["account"]),
        ("see paulspump.surgery/story", "see (link)", ["url"]),
        # Names on no list, where only a person can stand.
        ("can Xuanlan come with me to the refill", "can (name) come with me to the refill", ["name"]),
        ("the lady at the desk, Zydrunas, was rude", "the lady at the desk, (name), was rude", ["name"]),
        ("hi its batbayar, does it hurt", "hi its (name), does it hurt", ["name"]),
        ("my stepmother Gulalai wants one", "my stepmother (name) wants one", ["name"]),
        ("June at the front desk was rude", "(name) at the front desk was rude", ["name"]),
        ("my partner Ash does the driving", "my partner (name) does the driving", ["name"]),
        ("it was T. R. Ollerenshaw", "it was (name)", ["name"]),
        ("ask Mrs. Eun-ji Cho please", "ask Mrs. (name) please", ["name"]),
        ("Jiaxuan's catheter came loose", "(name)'s catheter came loose", ["name"]),
        # Villages, words among them, and places on no list.
        ("is there a clinic near Settle", "is there a clinic near (place)", ["place"]),
        ("i live in deal, is it far", "i live in (place), is it far", ["place"]),
        ("living in mobile alabama", "living in (place) alabama", ["place"]),
        ("Ugglebarnby born and bred", "(place) born and bred", ["place"]),
        ("we moved over to Muker", "we moved over to (place)", ["place"]),
        ("she is in Oakmoor Care Home", "she is in (place)", ["place"]),
        ("my address is Rm 12, Block C, Manor Court", "my address is (place)", ["place"]),
        ("3300 n 14th st apt 206 ryme 53206", "(place)", ["place"]),
        # Dates as people write them.
        ("fitted Weds 4 March", "fitted (date)", ["date"]),
        ("we were in 3-5 March", "we were in (date)", ["date"]),
        ("op on 9th febuary", "op on (date)", ["date"]),
        ("due 14Feb", "due (date)", ["date"]),
        ("scan done on the 21st", "scan done on the (date)", ["date"]),
        ("wound opened 16/3", "wound opened (date)", ["date"]),
        ("she'll be 95 in the autumn", "she'll be (age) in the autumn", ["age"]),
        ("reddit u/pumped_pete", "reddit (link)", ["url"]),
        # Who is meant again later, and who does not do something.
        ("bill took his tablets twice", "(name) took his tablets twice", ["name"]),
        ("Mark hasn't slept. Can he have more?", "(name) hasn't slept. Can he have more?", ["name"]),
        ("but yevgenia dont want the operation", "but (name) dont want the operation", ["name"]),
        ("we live Matamoros, is it far", "we live (place), is it far", ["place"]),
        ("PO14 area, do you visit", "(place) area, do you visit", ["place"]),
        ("my discord is gaz#4471", "my discord is (link)", ["url"]),
        # What belongs to a name, a number or a date goes with it.
        ("is auntie Folasade allowed tea", "is (name) allowed tea", ["name"]),
        ("the box says LOT 7K2 / SN 5518204", "the box says (number)", ["device"]),
        ("they saw me next tues, 4/22, about the alarm", "they saw me (date), about the alarm", ["date"]),
        ("ring on 8th dec at 10", "ring on (date)", ["date"]),
        ("is the 28th too late", "is the (date) too late", ["date"]),
        ("nans 93 with a bad hip", "nans (age) with a bad hip", ["age"]),
        ("flying from Corrabeg airport", "flying from (place)", ["place"]),
        ("Mirosław i am sore since the refill", "(name) i am sore since the refill", ["name"]),
        ("Medicaid card says 90417732K", "Medicaid card says (number)", ["account"]),
    ],
)
def test_each_class_gets_its_placeholder(text: str, redacted: str, kinds: list[str]) -> None:
    done = redactor().redact(text)
    assert (done.text, dict(done.counts)) == (redacted, dict.fromkeys(kinds, 1))


@pytest.mark.parametrize(
    "text",
    [
        "the bill came and I was shocked",
        "Will my husband have to stay?",
        "does the nurse mark the spot",
        "i eat at Wendy's too much",
        "my pain is 7.5/10",
        "one two three four five six and breathe",
        "Doctor says I need one",
        "I go up to Alaska in January, is the cold bad for it",
        "ERI says 4 months",
        "anyone in Ontario doing pumps",
        "page 44 says no MRI",
        "I'm a smith, is forge heat ok",
        "Strumpell-Lorrain disease",
        "Guillain-Barré left me weak",
        "is it true about the Boston trial results",
        "is Denver altitude bad for the pump",
        "is skiing in Aspen ok",
        "the Liverpool Care Pathway isn't this, is it",
        "We're two hours out in the bush",
        "5/10 on a good day, 24/7",
        "on the 3rd day I had a fever",
        "what is CPT 62370",
        "2000mcg/ml is on my label",
        "on the 2nd and 3rd try",
        "my dad beleives it works",
        "Silicone based glue ok?",
        "results from Phase 3 trials",
        "a letter from Occupational Health",
        "home is 40 minutes from you",
        "does Exparel work with it",
        "a cousin in Georgia says hers kinked",
        "Danke schön",
        "does Targinact go with it",
        "I told my wife I'd never do it",
        "During the trial, is it just a jab",
        "Is Harrington ok with it",
        "I have it every year for MS. Will that be over?",
        "Guten Tag, do you speak German",
        "merci, goodbye",
        "my uncle hung himself",
        "my cat died on Sunday and I cry",
        "im told mines at ERI and got a date",
        "is that sorted out in advance",
        "whats the gap between them",
        "temperature is up since morning, 102 F",
        "you sent me to 911. Nothing is wrong",
        "taxi is coming at 9",
        "pain in the L5 area",
        "flat 2/10, no pain",
    ],
)
def test_words_that_are_names_elsewhere_stay(text: str) -> None:
    assert redactor().redact(text).text == text


def test_the_language_model_reads_only_what_capitals_make_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    process = language_model.EntityModel.process_text

    def counting(self: language_model.EntityModel, text: str, language: str) -> Any:
        read.append(text)
        return process(self, text, language)

    monkeypatch.setattr(language_model.EntityModel, "process_text", counting)
    redactor().redact("how long does the battery last? Does it hurt")
    assert read == []
    redactor().redact("I asked Quillfeather about the battery")
    assert read == ["I asked Quillfeather about the battery"]


def test_ordinary_questions_stay_as_they_are() -> None:
    texts = yaml.safe_load((DEV / "ordinary.yml").read_text(encoding="utf-8"))["texts"]
    assert [text for text in texts if redactor().redact(text).text != text] == []


def test_the_clinics_own_name_and_numbers_stay() -> None:
    text = "Is Demo Pain Clinic on +1 555-0100 or 911? Book on clinic.example"
    assert redactor().redact(text).text == text


def test_the_same_text_comes_out_the_same_and_a_second_time_changes_nothing() -> None:
    for message in yaml.safe_load((DEV / "identifiers.yml").read_text(encoding="utf-8"))["messages"]:
        once = redactor().redact(message["text"]).text
        assert once == redactor().redact(message["text"]).text
        assert once == redactor().redact(once).text


def test_no_placeholder_holds_what_widgets_delete() -> None:
    assert not set("<>[]") & set("".join(PLACEHOLDERS.values()))


def test_spans_of_the_raw_message_move_with_it() -> None:
    raw = "I am Karen Whitfield, 415 555 0132, my husband Derek cannot breathe"
    done = redactor().redact(raw)
    assert done.text == "I am (name), (phone), my husband (name) cannot breathe"
    for words in ("I am", "cannot breathe", "my husband"):
        start, end = done.moved(raw.index(words), raw.index(words) + len(words))
        assert done.text[start:end] == words
    start, end = done.moved(raw.index("Whitfield"), raw.index("5 0132"))
    assert done.text[start:end] == "(name), (phone)"
    flag = RedFlag("emergency_general", raw.index("my husband"), len(raw))
    [moved] = done.moved_flags((flag,), 0, 0)
    assert done.text[moved.start : moved.end] == "my husband (name) cannot breathe"


def test_an_identifier_that_the_limit_cuts_in_two_is_gone_whole() -> None:
    text = "please ring me on 07700 900123 thanks"
    for longest in range(18, len(text)):
        done = Redactor(redactor()._find, longest).redact(text)
        assert not any(c.isdigit() for c in done.text)


def test_no_network_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("redaction went to the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    fresh = load_redactor(ROOT / "data", load_clinic(ROOT / "clinic.yml"), LONGEST)
    text = "d.okafor@mail.strangedomain.co.uk, http://x.strange.example/a, 86.14.220.31, GB29NWBK60161331926819"
    assert fresh.redact(text).text == "(email), (link), (link), (number)"


@pytest.mark.parametrize(
    "piece", ["[", "1", "1 ", "a", "a@", "a dot ", "my name is ", "1 oak ", "serial no ", "may 1 ", "(1"]
)
def test_the_work_grows_no_faster_than_the_message(piece: str) -> None:
    """Four times the length takes about four times the work, where the square would take sixteen times."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        took = []
        for _ in range(3):
            began = time.process_time()
            redactor(20_000).redact(text)
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(10_000) < 9 * seconds(2_500)


def test_the_log_tells_how_many_and_never_what(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        redactor().redact("Karen Whitfield, 07700 900123")
    [record] = [r for r in caplog.records if r.name.startswith("server.privacy")]
    assert record.__dict__["fields"] == {"redactions": {"name": 1, "phone": 1}}
    assert not any(
        "Karen" in text or "07700" in text for r in caplog.records for text in (r.getMessage(), str(r.__dict__))
    )


def test_another_language_model_than_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(language_model._SHA256, "ner/model", "0" * 64)
    with pytest.raises(ConfigurationError, match="ner/model is not the file"):
        language_model.EntityModel()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("- a", "lists of words"),
        ("drugs: [a]", "also_words"),
        ("{also_words: [1], still_names: [], numbers: [], websites: [], conditions: []}", "also_words"),
    ],
)
def test_a_broken_allow_list_stops_the_start(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "allow.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ContentError, match=complaint):
        load_redactor(tmp_path, load_clinic(ROOT / "clinic.yml"), LONGEST)


def test_a_word_of_the_clinics_own_stays(tmp_path: Path) -> None:
    lists = yaml.safe_load((ROOT / "data" / "privacy" / "allow.yml").read_text(encoding="utf-8"))
    text = "is Dr. Ramirez in on Monday"
    (tmp_path / "privacy").mkdir()
    for name in ("first_names.txt", "villages.txt"):
        shutil.copy(ROOT / "data" / "privacy" / name, tmp_path / "privacy")
    for our_doctors, expected in ([], "is Dr. (name) in on Monday"), (["Ramirez"], text):
        file = tmp_path / "privacy" / "allow.yml"
        file.write_text(json.dumps({**lists, "our_doctors": our_doctors}), encoding="utf-8")
        assert load_redactor(tmp_path, load_clinic(ROOT / "clinic.yml"), LONGEST).redact(text).text == expected


def test_a_hash_of_a_sender_needs_the_key() -> None:
    ours, theirs = SenderHash("k" * 32), SenderHash("x" * 32)
    assert ours.hash("mary@mail.example") == ours.hash("mary@mail.example") != theirs.hash("mary@mail.example")
    assert "mary" not in ours.hash("mary@mail.example")
