"""E-mail addresses, also in words, web addresses and handles."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find
from server.privacy.lexicon import Lexicon

# Bounded everywhere: without bounds a long row of letters would be tried from each of them.
_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}", re.IGNORECASE)
_MAIL_IN_WORDS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,40}(?: (?:dot|underscore|dash|hyphen) [\w+-]{1,30}){0,3} ?[(\[{]? ?\b(?:at|@)\b ?[)\]}]? ?"
    r"[a-z0-9-]{2,30}(?:(?: ?[(\[{]? ?\bdot\b ?[)\]}]? ?|\.)[a-z]{2,10}){1,3}\b",
    re.IGNORECASE,
)
_MAIL_HOSTS = r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|aol|btinternet|protonmail|live|msn|comcast|virginmedia|sky|talktalk|gmx)"
_MAIL_SPACED = re.compile(r"(?<![\w.+-])[\w.+-]{1,40} ?@ ?[a-z0-9-]{2,30}(?: ?\. ?[a-z]{2,6}){1,2}\b", re.IGNORECASE)
_MAIL_WITHOUT_DOT = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,40}} at {_MAIL_HOSTS}\b(?:[ .](?:dot )?(?:com|co|net|uk))*", re.IGNORECASE
)
_TOP = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|io|me|co|app|blog|health|care|clinic|hospital|doctor|online|site|website|example|test|invalid|local|localhost|uk|us|ca|au|nz|ie|de|fr|es|it|nl|eu|in|pl|tv|page|link|ly|be|gl|dev|xyz|shop|store|family|life|world"
    r"|club|space|photos|pics|video|art|cloud|google|weebly|wixsite|wordpress|blogspot|tech|scot|wales|cymru|london|nyc|irish|live|news|today|zone|social|chat|fm|cc|ai|gg|im|ch|at|se|no|dk|fi|pt|cz|ro|gr|hu|sk|br|mx|ar|cl|za|ng|ke|gh|sg|hk|jp|cn|kr|ru|ua|tr|il|ae|pk|lk|ph|my|th|vn|id)"
)
_LINK = re.compile(
    rf"(?:\bhttps?://[^\s<>\"]{{1,500}}|\bwww\.[^\s<>\"]{{1,500}}|(?<![\w@.-])[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,3}}\.{_TOP}\b(?:/[^\s<>\"]{{0,300}})?)",
    re.IGNORECASE,
)
# "better.in" is a slip of the thumb; so short an ending needs a path or a www.
_TWO_MEANINGS = re.compile(
    r"\.(?:in|me|it|be|is|us|co|care|page|link|site|health|clinic|app|blog|info|hospital|doctor|online|test|example|local|family|life|world|club|space|photos|pics|video|art|live|news|today|zone|social|chat|at|no|my|id|im|ai|th|il|store|shop|int|mil|tv|website|irish|london)$",
    re.IGNORECASE,
)
# A path says that it is one, whatever the ending: "paulspump.surgery/story".
_WITH_PATH = re.compile(
    r"(?<![\w@.-])[a-z][a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,12}/[^\s<>\"]{2,300}", re.IGNORECASE
)
_LINK_IN_WORDS = re.compile(
    r"\b(?:www dot )?[a-z0-9-]{3,40} dot (?:com|org|net|co|uk|info|blog|me)(?: dot uk| slash [\w-]{1,40})*\b",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@./])@[a-z][\w.]{2,30}", re.IGNORECASE)
_PLATFORM = r"(?:user ?name|handle|insta(?:gram)?|twitter|tiktok|snap(?:chat)?|skype|facebook|fb|telegram|discord|reddit|wechat|viber|signal|youtube|linkedin|pinterest|tumblr|threads|gamer ?tag|login|user ?id|screen ?name|channel)"
_HANDLE_NAMED = re.compile(
    rf"\b{_PLATFORM}(?: (?:name|user|id|handle|account|channel|tag|it's))* ?(?:is |as |[:=@] ?|under )@?([a-z][\w.]{{3,30}})",
    re.IGNORECASE,
)
# What is written like no word: "gazza_77", "robster71", "PumpLifeWithSue".
_HANDLE_AFTER = re.compile(
    rf"\b(?i:{_PLATFORM})(?: (?i:name|user|id|handle|account|channel|tag|on|im|is|as|me|at|my))*[ :=@]+@?"
    r"((?=\w*(?:[a-z]\d|_|[a-z][A-Z]))[A-Za-z][\w.]{3,30})"
)
_HANDLES_ALWAYS = [
    re.compile(r"(?<![\w@./])[a-z0-9.]{1,30}_[a-z0-9_.]{1,30}(?![\w@])", re.IGNORECASE),
    re.compile(r"(?<![\w/])u/[\w-]{3,30}"),
    re.compile(r"(?<![\w/])live:[\w.]{3,30}"),
    re.compile(r"(?<![\w#])[a-z][\w.]{2,20}#\d{4}\b", re.IGNORECASE),
    re.compile(r"(?<=cashapp )\$[a-z][a-z0-9]{3,20}\b", re.IGNORECASE),
]


def find_online(text: str, lexicon: Lexicon) -> Iterator[Find]:
    """What leads to a person over a network."""
    for pattern in (_MAIL, _MAIL_IN_WORDS, _MAIL_SPACED, _MAIL_WITHOUT_DOT):
        yield from (Find("email", match.start(), match.end()) for match in pattern.finditer(text))
    yield from (Find("url", m.start(), _end(m)) for m in _LINK.finditer(text) if not _is_public(_linked(m), lexicon))
    yield from (
        Find("url", m.start(), _end(m)) for m in _WITH_PATH.finditer(text) if not _is_public(_linked(m), lexicon)
    )
    yield from (Find("url", match.start(), match.end()) for match in _LINK_IN_WORDS.finditer(text))
    yield from (Find("url", match.start(), match.end()) for match in _HANDLE.finditer(text))
    for pattern in _HANDLES_ALWAYS:
        yield from (Find("url", match.start(), match.end()) for match in pattern.finditer(text))
    yield from (Find("url", match.start(1), match.end(1)) for match in _HANDLE_AFTER.finditer(text))
    yield from (
        Find("url", match.start(1), match.end(1))
        for match in _HANDLE_NAMED.finditer(text)
        if not lexicon.is_ordinary(match.group(1).lower())
    )


def _linked(match: re.Match[str]) -> str:
    return match.group().rstrip(".,;:!?)")


def _end(match: re.Match[str]) -> int:
    return match.start() + len(_linked(match))


def _is_public(link: str, lexicon: Lexicon) -> bool:
    """Whether it is the bare address of a public site, or no address at all."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link, flags=re.IGNORECASE).lower().rstrip("/")
    if bare in lexicon.websites:
        return True
    first = re.split(r"[.-]", bare)[0]
    is_slip = _TWO_MEANINGS.search(bare) is not None and not lexicon.is_unknown(first)
    return bare == link.lower() and "/" not in bare and is_slip
