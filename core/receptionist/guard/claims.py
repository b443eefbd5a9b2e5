"""What no text of ours may say, whoever wrote it: advice, reassurance, promises the system cannot keep, inner workings.

Pure word patterns; the values in a text (prices, times …) are checked in `grounding`. A false alarm costs the clinic a
call, a miss costs more, so patterns lean to the safe side; the look-alikes that must pass stand in the tests.
"""

from __future__ import annotations

import re

from deskbell.turn import RequestStatus

_QUITE = (
    r"(?:very |totally |perfectly |completely |quite |all |just |absolutely |entirely |pretty |usually |generally )*"
)
_JUST = (
    r"(?:just |now |already |all |officially |gone ahead and |been |successfully |probably |likely |usually |soon )*"
)
_MEDICINE = (
    r"(?:ibuprofen|advil|motrin|tylenol|acetaminophen|paracetamol|aspirin|naproxen|aleve|benadryl|antihistamines?|"
    r"antibiotics?|arnica|hydrocortisone|steroids?|painkillers?|pain relievers?|valtrex|amoxicillin|nsaids?|zyrtec)"
)
_ILLNESS = (
    r"(?:infection|allergic|allergy|abscess|bruise|bruising|inflammation|cellulitis|necrosis|occlusion|hematoma|"
    r"reaction|cavity|gingivitis|dry socket|ptosis|rash|sinus|concussion|migraine|stroke)"
)
_CONDITION = r"(?:pregnant|pregnancy|breastfeeding|nursing|diabetic)"
_SOON = r"(?:tomorrow|today|tonight|this|next|then|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"

_REASSURANCE = (
    rf"\b(?:is|are|it's|its|that's|thats|sounds?|looks?|seems?|be|all) {_QUITE}(?:normal|to be expected|common)\b"
    r"(?! (?:hours|business|price|schedule|time))",
    r"\b(?:nothing|no need|no reason|not (?:some|any)thing) to (?:worry|be (?:concerned|worried|alarmed)|panic)\b",
    r"\b(?:do not|don't|dont|needn't|try not to) (?:you )?(?:worry|panic|be (?:alarmed|concerned|worried|scared))\b"
    r"(?! about (?:the |your |a |any )?(?:parking|paperwork|forms?|insurance|deposit|time|cost|price|directions?))",
    r"\byou(?:'ll|ll| will| are going to|'re going to) (?:be|heal|feel|recover) (?:just |totally |perfectly )*"
    r"(?:fine|ok|okay|alright|great|better|normal(?:ly)?)\b",
    r"\b(?:will|should|going to|it'll|usually|normally|typically) (?:just |usually |soon )*"
    r"(?:go away|subside|resolve|pass|clear up|settle|heal|fade)\b",
    r"\b(?:harmless|no (?:risks?|side effects|danger)|not (?:dangerous|serious|an emergency|a concern|a big deal))\b",
    rf"\b(?:it|this|that|they|botox|filler|treatment|procedure)(?:'s| is| are)? {_QUITE}"
    r"(?:safe|painless|risk[- ]free)\b",
    rf"\b(?:safe|fine|okay|ok) (?:for you|(?:during|while|if you're|if you are) {_CONDITION})\b",
    r"\b(?:completely|totally|perfectly|100%) (?:safe|painless|risk[- ]free)\b",
    r"\bguarantee(?:d|s)? (?:results?|to|you|success|safe)\b|\bresults (?:are )?guaranteed\b",
)
_ADVICE = (
    r"\b(?:take|taking|use|using|apply|try|continue|skip|have) "
    rf"(?:some |an? |your |the |over[- ]the[- ]counter |\d+ )*{_MEDICINE}\b",
    rf"\b{_MEDICINE} (?:is|are|will|can|should|helps?|works?)\b",
    r"\b\d+(?:\.\d+)?\s?(?:mg|mcg|milligrams?|micrograms?|iu)\b",
    r"\b(?:apply|put|use) (?:some |an? )?(?:ice|(?:cold|warm) compress|heat|pressure|ointment|cream|hyaluronidase)\b",
    r"\b(?:you (?:have|probably have|may have|might have|likely have|are having)|(?:sounds|looks) like|"
    rf"(?:it|this) is likely|it's likely|probably|that's|it's) (?:an? |some |just |mild |a bit of )*{_ILLNESS}\b",
    r"\b(?:i|we) (?:would |'d )?(?:diagnose|prescribe|recommend (?:taking|using|that you take))\b",
    r"\byou (?:can|could|may|should) (?:still )?safely\b",
    r"\byou (?:should|need to|must) (?:massage|drain|squeeze|rinse|elevate|stop taking|keep taking)\b",
    r"\byou(?:'re| are) (?:a )?(?:good|great|perfect|ideal|suitable) candidate\b",
    r"\b(?:dosage|dose) (?:is|of|should|would)\b",
)
_BOOKED = (
    rf"\byou(?:'re|re| are|'ve been| have been) {_JUST}"
    r"(?:booked|scheduled|confirmed|set for|(?:in|on) the (?:books|schedule|calendar))\b",
    rf"\b(?:i|we)(?:'ve| have|'ll have)? ?{_JUST}(?:booked|scheduled|reserved|confirmed|saved|blocked|penciled) "
    r"(?:you|your|that|it|the|an?|in)\b",
    rf"\b(?:your|the) (?:appointment|booking|visit|slot|spot|consultation|time)(?:'s| is| has| was) {_JUST}"
    r"(?:booked|confirmed|scheduled|reserved|secured|set|saved|locked in)\b",
    r"\b(?:appointment|booking|reservation) (?:confirmed|booked|complete)\b",
    rf"\b(?:see|seeing) you (?:(?:on|at) (?=\w*\d|\w+day)|{_SOON})",
    r"\b(?:consider it done|it's a date|you're good to go|you're all set)\b",
)
_PAID = (
    rf"\b(?:your|the) (?:deposit|payment|card|invoice|balance)(?:'s| is| has| was| went) {_JUST}"
    r"(?:paid|received|processed|charged|confirmed|refunded|complete|through|accepted)\b",
    rf"\b(?:i|we)(?:'ve| have)? ?{_JUST}(?:received|got|processed|charged|refunded|confirmed) (?:your|the) "
    r"(?:deposit|payment|card|money|refund)\b",
    r"\b(?:payment|deposit) (?:received|confirmed|successful|complete)\b",
    r"\bthank(?:s| you) for (?:(?:your|the) (?:payment|deposit)|paying)\b",
)
_LEAK = (
    r"\b(?:system|developer|hidden|initial|my) (?:prompt|instructions?|guidelines)\b",
    r"\bas an? (?:ai\b|artificial intelligence|(?:large )?language model|llm)",
    r"\b(?:my (?:training|programming|context window)|i was (?:instructed|programmed|told) to|instructed not to)\b",
    r"\b(?:api|secret|access|auth|private)[ _-](?:key|token)s?\b",
    r"\b(?:sk|pk|rk|key)[-_](?:(?:live|test|proj|ant)[-_])?[a-z0-9]{12,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\bKEY[0-9A-F]{16,}",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b",
    r"\b(?:conversation|contact|tenant|session|message|turn|request|binding)[ _-]id\b",
    r"<\|?/?(?:im_start|im_end|system|assistant|user|human)\b|^[ \t]*(?:system|assistant|user|human)\s*:|\[/?INST\]",
    r"\btraceback\b|\bstack ?trace\b|\b\w+(?:Error|Exception):|:\s*(?:null|undefined|None)\b",
    r"\b(?:claude|chatgpt|openai|anthropic|bedrock|gpt-?\d)\b",
    r"\"(?:text|role|content|found|asks)\"\s*:",
)
_PLACEHOLDER = (
    r"\{[^{}\n]{0,40}\}|\{\{|\}\}|%\([a-z_]+\)s",
    r"\[(?!card number removed\])[^\]\n]{1,40}\]",
    r"<[a-z][a-z _-]{1,30}>",
    r"\b(?:first_name|last_name)\b|_{3,}",
    r"(?-i:\b(?:TBD|TODO|XXX+|INSERT [A-Z]+)\b)",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE)


_ALWAYS = tuple(
    (rule, _any(patterns))
    for rule, patterns in (
        ("leak", _LEAK),
        ("placeholder", _PLACEHOLDER),
        ("reassurance", _REASSURANCE),
        ("advice", _ADVICE),
    )
)
_CLAIM_BOOKED = _any(_BOOKED)
_CLAIM_PAID = _any(_PAID)
#: A sentence that only looks ahead claims nothing: "once your deposit is received".
_AHEAD = re.compile(
    r"\b(?:once|when|if|after|until|before|as soon as|unless|whether|nothing|not|to get)\b", re.IGNORECASE
)


def forbidden(text: str, request: RequestStatus | None = None) -> str | None:
    """Name of the first rule that a text breaks: leak, placeholder, reassurance, advice, booked, paid; else None.

    "Booked" and "paid" may be said when the request's status says so.
    """
    words = text.replace("’", "'").replace("‘", "'")
    for rule, pattern in _ALWAYS:
        if pattern.search(words):
            return rule
    if request is not RequestStatus.BOOKED and _claims(_CLAIM_BOOKED, words):
        return "booked"
    if request not in (RequestStatus.PAID, RequestStatus.BOOKED) and _claims(_CLAIM_PAID, words):
        return "paid"
    return None


def _claims(pattern: re.Pattern[str], words: str) -> bool:
    for found in pattern.finditer(words):
        begin = max(words.rfind(mark, 0, found.start()) for mark in ".!?\n") + 1
        if not _AHEAD.search(words, begin, found.start()):
            return True
    return False
