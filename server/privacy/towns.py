"""Towns, villages and counties by their names, where they are meant as places and say something of the visitor."""

import re
from collections.abc import Iterator

from spacy.lang.en.stop_words import STOP_WORDS

from server.privacy.finds import Find
from server.privacy.gazetteers import Phrase
from server.privacy.lexicon import phrase_at
from server.privacy.reading import Reading

_CODE_AFTER_TOWN = re.compile(
    r",? (?:[a-z]{2},? )?(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?)\b", re.IGNORECASE
)
NEAR = frozenset("in from near at around outside to of leave visit via through between and nr".split())
_THERE = frozenset("in from near at around outside nr by".split())
# After these a word with a capital is a place, whatever it means.
_NEVER_OTHERWISE = frozenset({"near", "from", "outside", "nr"})
_DESTINATION = frozenset({"to", "in", "visit", "via", "through", "around", "and"})
# Where somebody travels to says little of where they live.
_TRAVEL = frozenset(
    "airport airports train trains fly flying flights flight flew travel travelling traveling trip trips holiday holidays vacation cruise visit visiting honeymoon weekend city-break hotel "
    "hotels weather abroad plane ferry sail tour ski skiing hike hiking camping climb diving safari festival marathon concert altitude heat beach scanner scanners study studies paper research article guideline survey restaurant restaurants cinema traffic news football capital mayor population museum".split()
)
_TRAVEL_REACH = 5
# "Going to Spain", not "going to have a trial in Leeds".
_GOES, _GOES_REACH = frozenset("going go off went".split()), 3
# "Boston trial", "Denver altitude": a town before another noun names a thing. Before these it is where somebody is.
_ABOUT_A_VISITOR = frozenset(
    "area based council flat house gp royal general hospital clinic infirmary branch office here again way side patient patients resident born native uk usa england scotland wales ireland".split()
)
_WHOSE = frozenset({"my", "our", "your"})
# Counties, which are smaller than a state and on no list of towns.
_COUNTIES = frozenset(
    tuple(name.split())
    for name in (
        "yorkshire,lancashire,cumbria,northumberland,durham,cheshire,merseyside,derbyshire,nottinghamshire,lincolnshire,"
        "staffordshire,shropshire,leicestershire,rutland,norfolk,suffolk,cambridgeshire,northamptonshire,warwickshire,"
        "worcestershire,herefordshire,gloucestershire,oxfordshire,buckinghamshire,bedfordshire,hertfordshire,essex,kent,"
        "surrey,sussex,hampshire,berkshire,wiltshire,dorset,somerset,devon,cornwall,west midlands,east midlands,tyneside,"
        "teesside,humberside,fife,aberdeenshire,lanarkshire,ayrshire,gwent,gwynedd,powys,dyfed,clwyd,antrim,armagh,tyrone,"
        "fermanagh,donegal,brooklyn,manhattan,queens,the bronx,harlem,nyc,washington dc,washington d c,new york city,la jolla,vegas,st louis,st paul,st petersburg,st albans,st helens,st andrews,hollywood,silicon valley"
    ).split(",")
)

# Abbreviations of states, without those that are words in capitals ("OK", "OR").
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE FL GA IA ID IL KS KY LA MD MI MN MO MT NC ND NE NH NJ NM NV NY RI SC SD TN TX UT VA VT WA WI WV WY NSW VIC QLD TAS ON BC AB SK MB QC NS NB".split()
)
# What the library does not call a state or a country.
_REGIONS: frozenset[Phrase] = frozenset(
    tuple(name.split())
    for name in (
        "england,scotland,wales,northern ireland,ontario,quebec,alberta,manitoba,saskatchewan,british columbia,nova scotia,new brunswick,newfoundland,queensland,tasmania,"
        "new south wales,western australia,south australia,uk,usa,munster,ulster,leinster,connacht,north island,south island"
    ).split(",")
)


def find_towns(reading: Reading) -> Iterator[Find]:
    """The towns, villages and counties on the lists, each with the postcode after it."""
    words, lexicon = reading.words, reading.lexicon
    for i, word in enumerate(words):
        if region_end := _region_after_comma(reading, i):
            yield Find("place", word.start, region_end)
        town = phrase_at(words, i, lexicon.towns) or phrase_at(words, i, _COUNTIES)
        village = phrase_at(words, i, lexicon.villages)
        if reading.protected.get(i, 0) >= max(town, village):
            continue
        if region_end := _region_after(reading, i, max(town, village)):
            yield Find("place", word.start, region_end)
        elif (town and _is_town(reading, i, town)) or (village > town and _is_village(reading, i, village)):
            last = words[i + max(town, village) - 1].end
            code = _CODE_AFTER_TOWN.match(reading.text, last)
            yield Find("place", word.start, code.end() if code else last)


def travels(reading: Reading, i: int) -> bool:
    """Whether somebody goes to what stands here, or asks about it as somebody who goes there."""
    goes = any(word.lower in _GOES for word in reading.words[max(0, i - _GOES_REACH) : i])
    return goes or any(word.lower in _TRAVEL for word in reading.words[max(0, i - _TRAVEL_REACH) : i])


def names_a_thing(reading: Reading, i: int) -> bool:
    """Whether a town stands for something else: "the Boston trial", "Denver altitude", "does London have"."""
    words = reading.words
    if words[i].capital and reading.preceding(i) in {"does", "than"}:
        return True
    if not words[i].capital or i + 1 == len(words) or words[i + 1].gap != " ":
        return False
    if words[i + 1].capital:  # "the Liverpool Care Pathway"
        return reading.preceding(i) == "the" and words[i + 1].lower not in _ABOUT_A_VISITOR
    if i and words[i].gap == " " and words[i - 1].lower in NEAR | _WHOSE:
        return False
    return words[i + 1].lower not in _ABOUT_A_VISITOR and words[i + 1].lower not in STOP_WORDS


def _region_after(reading: Reading, i: int, length: int) -> int:
    """Where a town ends that a county or state follows, whatever its name means: "deal, kent", "mobile alabama"."""
    after, words = i + length, reading.words
    if not length or after >= len(words) or words[after].gap not in (" ", ", ", ","):
        return 0
    if reading.lexicon.is_common(words[i].lower) or travels(reading, i):
        return 0
    if county := phrase_at(words, after, _COUNTIES):
        return words[after + county - 1].end
    regions = reading.lexicon.regions
    is_region = words[after].text in _STATES or phrase_at(words, after, regions) or phrase_at(words, after, _REGIONS)
    return words[after - 1].end if is_region else 0


def _region_after_comma(reading: Reading, i: int) -> int:
    """Where words with a capital end that a county or state follows after a comma: "Muker, Yorkshire"."""
    words, after = reading.words, i
    while after < len(words) and words[after].capital and (after == i or words[after].gap == " "):
        after += 1
    if after == i or after == len(words) or words[after].gap not in (", ", ",") or after - 1 in reading.protected:
        return 0
    return words[after - 1].end if phrase_at(words, after, _COUNTIES) else 0


def _is_town(reading: Reading, i: int, length: int) -> bool:
    """Whether a town's name is meant as one: "Reading is hard", "a bath" are not."""
    word, lexicon = reading.words[i], reading.lexicon
    before = reading.preceding(i) if word.gap == " " else ""
    is_after = before in NEAR
    if is_after and before in _DESTINATION and travels(reading, i):
        return False
    if length == 1 and (lexicon.is_ordinary(word.lower) or word.lower in lexicon.english):
        return word.capital and is_after
    if word.lower == "the" and not reading.words[i + 1].capital:  # "the gap", "the forest"
        return False
    if names_a_thing(reading, i + length - 1):
        return False
    return word.capital or is_after or length > 1 or not lexicon.is_first(word.lower)


def _is_village(reading: Reading, i: int, length: int) -> bool:
    """Whether one of the many small places is meant: only where a place stands, and in small letters only what is no word."""
    words, lexicon = reading.words[i : i + length], reading.lexicon
    if words[0].gap != " " or reading.preceding(i) not in _THERE or travels(reading, i):
        return False
    if all(word.capital for word in words):
        is_near = reading.preceding(i) in _NEVER_OTHERWISE
        return not all((lexicon.is_common if is_near else lexicon.is_usual)(word.lower) for word in words)
    if length > 1:
        return not all(lexicon.is_ordinary(word.lower) for word in words)
    return lexicon.is_unknown(words[0].lower) and not lexicon.is_first(words[0].lower)
