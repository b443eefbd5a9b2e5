"""Promises of how a treatment turns out."""

from __future__ import annotations

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import sentences
from core.receptionist.guard.patterns import any_of

_GUARANTEES = any_of(
    r"\bguarante\w+\b|\bmoney[- ]back\b|\b100(?:%| percent) (?:success|satisf\w+|results?|effective|safe|natural|sure|"
    r"certain|guaranteed|worth)\b|\bresults? (?:are |is )?(?:instant|immediate|permanent|guaranteed|assured|certain|"
    r"dramatic|amazing|lasting|visible (?:right|immediately|instantly))\b",
    r"\byou(?:'ll| will|'re going to|'re gonna) (?:\w+ )?(?:love|adore|look (?:\w+ )?(?:younger|great|amazing|"
    r"fresh\w*|radiant|stunning|natural|better|refreshed|like)|see (?:\w+ )?(?:results?|improvement|"
    r"a (?:\w+ )?difference|changes?|glow)|notice (?:\w+ )?(?:results?|improvement|a (?:\w+ )?difference|changes?)|"
    r"never (?:need|have|see|regret)|be (?:so |very |completely |totally |100% )?(?:thrilled|happy with|amazed|"
    r"pleased|delighted|pain-free|wrinkle-free|glowing|hair-free|satisfied)|get (?:\w+ )?(?:results|the results)|"
    r"leave (?:with|looking|feeling)|walk out|glow)\b",
    r"\b(?:permanent(?:ly)?|forever|for life|lifetime|life-changing|flawless|perfect (?:results?|skin|smile|lips|"
    r"teeth)|instant(?:ly)? (?:results?|visible|smooth\w*|plump\w*|glow|younger|brighter)|miracul\w+|wrinkle-free|"
    r"take years off|years? younger|turn back (?:the clock|time)|(?:always|never) (?:works|fails)|can't go wrong|"
    r"works?,? every time|say goodbye to|speaks? for themselves|smoother in|(?:glow|radiant|smooth\w*) for|"
    r"no matter what|natural[- ]looking results|beautiful results|amazing results|great results|stunning results|"
    r"best results|fantastic results|incredible results|long-lasting)\b",
    r"\b(?:lasts?|last for|good for|stays?|results? last) (?:about |around |up to |at least |roughly |for |"
    r"a )*(?:\d+(?:\s?(?:-|to)\s?\d+)? )?(?:months?|years?|weeks?|lifetime|forever|long time|a while)\b",
    r"\b(?:eliminates?|erases?|gets? rid of|removes? all|cures?|reverses?|makes? you look|"
    r"transforms?) (?:\w+ )?(?:\w+ )?(?:wrinkles|lines|acne|scars?|pores|aging|cellulite|fat|hair|stains?|pain|gum|"
    r"years|your|younger|better|all|every)\b",
)


def guarantees(low: str, on: Ground) -> bool:
    """Whether a folded text promises an outcome that the clinic's own notes do not describe in these words."""
    return any(
        found.group() not in on.words
        for one in sentences(low)
        if one.strip() not in on.words
        for found in _GUARANTEES.finditer(one)
    )
