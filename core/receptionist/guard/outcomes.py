"""Promises of how a treatment turns out."""

from __future__ import annotations

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import sentences
from core.receptionist.guard.patterns import any_of

_GUARANTEES = any_of(
    r"\bguarante\w+\b|\bmoney[- ]back\b|\b100(?:%| percent) (?:success|satisf\w+|results?|effective|safe|natural|"
    r"sure|certain|"
    r"guaranteed|worth)\b|\bresults? (?:are |is )?(?:instant|immediate|permanent|guaranteed|assured|certain|dramatic|"
    r"amazing|"
    r"lasting|visible (?:right|immediately|instantly))\b",
    r"\byou(?:'ll| will|'re going to|'re gonna) (?:\w+ )?(?:love|adore|look (?:\w+ )?(?:younger|great|amazing|"
    r"fresh\w*|radiant|stunning|"
    r"natural|better|refreshed|like)|see (?:\w+ )?(?:results?|improvement|a (?:\w+ )?difference|changes?|glow)|"
    r"notice (?:\w+ )?(?:results?|"
    r"improvement|a (?:\w+ )?difference|changes?)|never (?:need|have|see|regret)|be (?:so |very |completely |"
    r"totally |100% )?(?:thrilled|"
    r"happy with|amazed|pleased|delighted|pain-free|wrinkle-free|glowing|hair-free|satisfied)|"
    r"get (?:\w+ )?(?:results|the results)|"
    r"leave (?:with|looking|feeling)|walk out|glow)\b",
    r"\b(?:permanent(?:ly)?|forever|for life|lifetime|life-changing|flawless|perfect (?:results?|skin|smile|lips|"
    r"teeth)|instant(?:ly)? (?:results?|"
    r"visible|smooth\w*|plump\w*|glow|younger|brighter)|miracul\w+|wrinkle-free|take years off|years? younger|"
    r"turn back (?:the clock|time)|"
    r"(?:always|never) (?:works|fails)|can't go wrong|works every time|no matter what|natural[- ]looking results|"
    r"beautiful results|"
    r"amazing results|great results|stunning results|best results|fantastic results|incredible results|long-lasting)\b",
    r"\b(?:lasts?|last for|good for|stays?|results? last) (?:about |around |up to |at least |roughly |for |"
    r"a )*(?:\d+(?:\s?(?:-|to)\s?\d+)? )?"
    r"(?:months?|years?|weeks?|lifetime|forever|long time|a while)\b",
    r"\b(?:eliminates?|erases?|gets? rid of|removes? all|cures?|reverses?|makes? you look|"
    r"transforms?) (?:\w+ )?(?:\w+ )?(?:wrinkles|lines|acne|scars?|pores|"
    r"aging|cellulite|fat|hair|stains?|pain|gum|years|your|younger|better|all|every)\b",
)


def guarantees(low: str, on: Ground) -> bool:
    """Whether a folded text promises an outcome that the clinic's own notes do not describe in these words."""
    return any(
        found.group() not in on.words
        for one in sentences(low)
        if one.strip() not in on.words
        for found in _GUARANTEES.finditer(one)
    )
