"""Words and phrases that say where names of people stand, and where they do not."""

import re

# After these a name stands, whatever the word.
SURE = re.compile(
    r"\b(?:(?:my|me|his|her|the|full|first|last|sur|maiden|patient|patient's|husband's|wife's|mum's|mom's|son's|daughter's|mother's|father's|dad's) ?names?(?:['’]?s| is| was|:)?"
    r"|(?:is|was|am|i['’]?m|he['’]?s|she['’]?s|mums?|dads?) called|call me|me llamo|mi nombre es|je m['’]appelle|ich hei(?:ß|ss)e|mein name ist|mi chiamo|meu nome [ée]|nazywam si[ęe]|mam na imi[ęe]|go(?:es)? by|known as|named|name ?[:=-]|patient ?:|pt ?:|signed[:,]?|attn:?|c/o|care of|ask for"
    r"|mrs?\b\.?|ms\b\.?|miss|mx\b\.?|dr\b\.?|doctor|doc|prof\b\.?|professor|nurse|sister|father|rev\b\.?|reverend|sgt\b\.?)\s+",
    re.IGNORECASE,
)
# After these a name may stand.
LIKELY = re.compile(
    r"\b(?:soy|je suis|i am|i['’]?m|this is|it['’]?s|its|it is|hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|wishes|yours|love|surgeon"
    r"|consultant|anaesthetist|specialist|therapist|physio|receptionist|rep|ask|asked|told|tell|met|meet|ring|rang|phone|text|email|contact|see|saw|spoke to|spoke with|speak to|speak with|talk to|talked to|reply to|remember|knows|know|sincerely|x+)[ ,.:\n–-]{1,3}",
    re.IGNORECASE,
)
# After these only what is a name and no other word.
LOOSE = re.compile(
    r"\b(?:from|by|for|with|see|saw|and|or|to|like|says?|said|when|if|that|because|is|was|has|&)[ ,]{1,2}",
    re.IGNORECASE,
)
# After these a name may stand in small letters, too, even one that is a word as well: "my wife joy".
FAMILY = re.compile(
    r"\b(?:husband|hubby|wife|partner|mum|mom|mother|mam|dad|father|son|daughter|child|boy|girl|brother|sister|twin|aunt|auntie|uncle|cousin"
    r"|niece|nephew|gran|grandma|granny|nan|grandad|grandpa|grandson|granddaughter|neighbou?r|friend|mate|fianc[eé]e?|boyfriend|girlfriend|carer"
    r"|caregiver|colleague|boss|stepson|stepdaughter|stepdad|stepmum|stepmom|godson|goddaughter|roommate|flatmate|aide|ex|esposo|esposa|marido|mujer|hijo|hija|mari|femme|fils|fille|mann|sohn|tochter)[ ,(]{1,2}",
    re.IGNORECASE,
)
# Then it was a verb: "the surgeon drew it", "dad hung up".
OBJECTS = frozenset(
    "it me a an the up on out off him her his my to us them down in at by with himself herself themselves itself".split()
)
TITLES = frozenset({"dr", "doctor", "doc", "nurse", "sister", "father", "miss", "called", "named", "signed"})
PARTICLES = frozenset("de da del della di du van von der den la le al el bin ibn mac mc st o ni nic ui".split())
INSIDE = frozenset({" ", "  ", "-", ". ", ".", " .", "'", "’"})
# "Sue again": who says who they are, in small letters.
HERE = frozenset("here again calling speaking writing".split())
# After these, in small letters, stands a thing.
ARTICLES = frozenset("a an the this that these those some any every each no".split())
MOST = 4
# A signature stands among the last words.
LAST = 3
TO_TOWNS = frozenset({"in", "to", "from", "near", "at", "around", "visit", "visiting", "of"})
# No surname in small letters.
ENDINGS = ("ed", "ing", "ly")

# Who does this is a person: "Grace asked me", "will said".
HUMAN = frozenset(
    "said says told tells asked asks wants wanted thinks thought rang phoned wrote lives lived died loves loved drives drove noticed showed explained suggested "
    "recommended promised advised mentioned reckons insists insisted forgot phoned texted emailed replied visited works worked married hates".split()
)
# So does this, unless the name is a word as well: "hunter has", not "hope has".
LIVING = frozenset("has had gets got takes took needs needed came went wont cannot cant".split())
# What somebody does not do: "yevgenia dont want it".
NEGATED = frozenset(
    "hasn't hasnt doesn't doesnt dont don't didn't didnt won't wont isn't isnt wasn't wasnt hadn't hadnt can't cant couldn't couldnt".split()
)
# Of somebody who was named before: "bill took his tablets".
THEIRS = frozenset("he she his her him hers hes shes he's she's".split())
# Whose these are is a person: "kev's pump".
BELONGINGS = frozenset(
    "pump pumps mum mom mother dad father husband wife son daughter brother sister partner carer refill refills surgery operation op appointment doctor nurse dose catheter back "
    "catheter dressing remote controller handset alarm battery stitches bolus medication meds tablets legs leg pain scar wound incision trial implant birthday number record records notes chart address letter email results scan mri bill insurance".split()
)
# Before a person's name with a capital, even one that is a country or a month: "the rep Chad", "my daughter April".
ROLES = re.compile(
    r"\b(?:rep|nurse|carer|caregiver|surgeon|consultant|secretary|receptionist|physio|therapist|pharmacist|anaesthetist|anesthesiologist|registrar|porter|driver|pastor|chaplain|technician"
    r"|assistant|manager|specialist|practitioner|coordinator|aide|helper|ex|stepson|stepdaughter|stepdad|stepmum|stepmom|neighbou?r|lady|guy|man|woman|patient|client|resident)[ ,(]{1,2}",
    re.IGNORECASE,
)
# No noun, so after "doctor" or "nurse" these are a verb: "the nurse will", "did the doctor mark it".
VERBS = frozenset(
    "will may mark chase drew grant bill pat sue rob jack skip hope wade pierce lance rush carry marry sterling josh".split()
)
# Before a verb a name in small letters stands only after these, or at the beginning: "the bill came".
BEFORE_SUBJECT = frozenset(
    "if when that and because but as cos so since after before while how what like whether then or once until".split()
)
# "summer is my girl"
KIN = frozenset(
    "husband hubby wife partner mum mom mother mam mama dad father papa son daughter child boy girl brother sister twin aunt auntie uncle cousin niece nephew gran grandma granny nan grandad"
    " grandpa grandson granddaughter grandmother grandfather neighbour neighbor friend mate fiance boyfriend girlfriend carer caregiver nurse doctor surgeon consultant stepdad stepmum stepson"
    "".split()
)
# Some have these for a first name, and everybody says them of somebody: "Doctor says".
NO_NAMES = TITLES | KIN | {"boss", "ever"}
# Before a signature.
CLOSINGS = frozenset("thanks thx ta cheers regards wishes love xx xxx sincerely faithfully yours you".split())
