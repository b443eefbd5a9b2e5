"""The signs of an attempt to give the assistant orders, to look behind it, or to get at somebody else's matters.

Whole-word patterns over the spelling of `disguises`. What patients say of their own texts, of house rules and of
after-care instructions is none of it; the look-alikes that taught us a limit stand in the tests.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Sign(StrEnum):
    """The kinds of attempts, for the trace."""

    OVERRIDE = "override"
    PROMPT = "prompt"
    ROLE = "role"
    MARKUP = "markup"
    SECRETS = "secrets"
    OTHERS = "others"
    ENCODED = "encoded"


_WHICH = (
    r"(?:all|any|every|each|your|the|my|of|these|those|previous|prior|preceding|above|earlier|existing|original|system|"
    r"own|safety|initial|current|other|past|and|programmed|set)"
)
_ORDERS = (
    r"(?:instructions?|prompts?|guidelines?|guardrails?|training|programming|directives?|restrictions?|constraints?|"
    r"safeguards?|limitations?|system messages?|filters?)"
)
_SHOW = (
    r"(?:show|print|reveal|tell|give|repeat|output|share|display|dump|leak|paste|summari[sz]e|translate|recite|send|"
    r"expose|disclose|what(?:s| is| are| were| was)|whats|copy|read|write|list|quote|describe|provide)"
)
_PATIENTS = r"(?:patients?|clients?|customers?|people|users?|persons?|contacts?|guests?)"
_MATTERS = (
    r"(?:names?|numbers?|phones?|info\w*|records?|data|details|appointments?|appts?|addresses|emails?|files?|charts?|"
    r"messages?|texts?|conversations?|chats?|histor(?:y|ies)|bookings?|cards?)"
)
_SOMEBODY = r"(?:last|previous|other|another|next|different|random|any|some other)"

_SIGNS: dict[Sign, tuple[str, ...]] = {
    Sign.OVERRIDE: (
        rf"\b(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|erase|delete|drop|disable|turn off|"
        rf"circumvent|dont follow|do not follow|stop following|unlearn|reset) (?:{_WHICH} )*{_ORDERS}\b"
        r"(?! (?:i|that i|we|you) (?:sent|gave|texted|left))",
        rf"\b(?:ignore|disregard|forget|override|bypass|break|dont follow|do not follow|stop following) "
        rf"(?:{_WHICH} )*(?:previous|prior|above|earlier|system|safety|own|your|all|any) (?:{_WHICH} )*"
        r"(?:rules|policies|polic(?:y|ies)|orders)\b(?! (?:on|about|for|regarding))",
        r"\b(?:ignore|disregard|forget) (?:everything|anything|all|what(?:ever)?) (?:that )?(?:is |was |came |comes |"
        r"said |written |you (?:were|have been|ve been|are|know|learned) )*(?:above|before this|prior to this|told|"
        r"taught|programmed|instructed|so far)\b",
        r"\b(?:ignora|olvida|omite) (?:todas? )?(?:las |tus |sus )*(?:instrucciones|reglas)\b",
        r"\bignor(?:e|ez|er) (?:toutes )?(?:les|tes|vos) (?:instructions|regles|règles)\b",
        r"\b(?:ignorier|vergiss)\w* (?:alle |die |deine |vorherigen )*(?:anweisungen|instruktionen|regeln)\b",
        r"\b(?:esque[cç]a|ignore) (?:todas )?(?:as|suas) (?:instru[cç][oõ]es|regras)\b",
        r"\byour (?:instructions|rules|orders) are (?:now|to)\b|\bif you (?:had|have) no (?:rules|restrictions|"
        r"filters|limits)\b",
        r"\bnew (?:system )?(?:instructions?|directives?|rules|orders?|prompt|task|persona)(?: (?:from|"
        r"for) [\w ]{1,30})? ?:",
        r"\b(?:here are|these are|follow) (?:your |my |the )?new (?:instructions?|rules|orders)\b",
        r"\byour new (?:instructions?|role|task|persona|rules|orders|job|name|goal|objective|purpose) (?:is|are|"
        r"will)\b",
        r"\b(?:end|start|begin|beginning) of (?:the )?(?:system )?(?:prompt|instructions)\b",
    ),
    Sign.PROMPT: (
        r"\b(?:system|hidden|initial|secret|original|base|developer|internal|root|full|exact|underlying|meta) "
        r"(?:prompts?|instructions?|system messages?|directives?)\b|\bsystem messages?\b|\bdeveloper messages?\b",
        rf"\b{_SHOW} (?:\w+ ){{0,4}}?your (?:\w+ )?(?:prompts?|programming|config\w*|guidelines|directives?|"
        r"context(?: window)?|parameters|training data|memory|source code|settings|backend|model (?:name|version))\b",
        rf"\b{_SHOW} (?:\w+ ){{0,3}}?your (?:\w+ )?instructions\b"
        r"(?! (?:on|for|after|before|about|regarding|to|say|said|when|with|if))(?!.*\b(?:after|before|care|prep|"
        r"aftercare|"
        r"post|pre)\b)",
        r"\bthe prompt (?:you|your)\b|\bwhat (?:were|are) you (?:told|instructed|programmed) to (?:say|do|answer)\b",
        rf"\b{_SHOW} (?:\w+ ){{0,3}}?your (?:initial|first|original|hidden|internal) (?:message|text)\b|"
        r"\b(?:contents?|dump|copy) of your (?:memory|context|database|files|config\w*)\b",
        r"\byour (?:system prompt|prompt|source code|training data|api key|programming|underlying model)\b",
        r"\b(?:repeat|print|output|copy|show|write|type|recite|display|translate|summari[sz]e|paste|give me|quote|say) "
        r"(?:\w+ ){0,4}?(?:text|words?|everything|lines?|messages?|paragraph|conversation|content|all) "
        r"(?:that (?:is|was|came) )?(?:above|before this|preceding|verbatim|word for word|so far)\b",
        r"\b(?:what|which) (?:\w+ )?(?:instructions?|rules|prompt|orders) (?:were|are|have|did|was|do|do) (?:you|u) "
        r"(?:been |being )?(?:given|told|following|programmed|start|get|receive|have)\b",
        r"\b(?:start|begin|starting|beginning) (?:your (?:reply|response|answer|message|text) )?with (?:the (?:words?|"
        r"phrase) )?\W?you are\b",
        r"\b(?:what|which) (?:ai |language |llm )?model (?:are you|do you use|is this|powers)\b",
    ),
    Sign.ROLE: (
        r"\byou are (?:now|no longer) (?!open|closed|close|able|booking|taking|accepting|my |in |located|the best|"
        r"offering|"
        r"doing|available|on |at |free|out|busy|hiring|located|a patient|confirmed)\w+",
        r"\byou are now in\b|\b(?:developer|debug|admin|administrator|god|dan|maintenance|root|sudo|jailbreak|"
        r"unrestricted|test(?:ing)?|diagnostic|override|dev) mode\b",
        r"\bjail ?break\w*|\bdo anything now\b|\bsudo \w+|\broot access\b|\badmin (?:access|override|password|"
        r"privileges?|rights)\b|\boverride code\b",
        r"\b(?:act|behave|respond|answer|speak|talk|reply|work|operate) (?:as|like) (?:if you (?:are|were|have no) |"
        r"an? |the |my )?(?:\w+ )?(?:ai|bot|dan|assistant|admin\w*|developer|linux|terminal|hacker|pirate|unrestricted|"
        r"unfiltered|different|grandm\w+|language model|computer|system|database|evil|person with no|doctor|"
        r"python interpreter|no (?:rules|restrictions|limits))\b",
        r"\bpretend (?:to be|(?:that )?(?:you|u|youre)\b)|\brole ?play\w*|\bimagine (?:that )?(?:you|youre|you are) "
        r"(?:are |an? |the |have no)",
        r"\bfrom now on,? (?:you|u|respond|answer|reply|act|always|only|call me|ignore|speak|say|your)\b",
        r"\byou (?:must|will|have to|shall) (?:now |always |only )*(?:obey|comply|follow my (?:orders|instructions|"
        r"commands)|"
        r"answer everything|respond only|never refuse)\b",
        r"\bwithout (?:any |your )?(?:restrictions?|filters?|guardrails|censorship|safety|limitations?)\b|"
        r"\b(?:unfiltered|uncensored|no restrictions)\b",
        r"\b(?:i am|im|this is|we are|its|speaking as|as) (?:the |your |from the |from )(?:(?:lead|senior|system|"
        r"software|"
        r"bot|ai|head) )?(?:developers?|administrator|admin|creators?|programmer|engineer|anthropic|open ?ai|vendor|"
        r"security team|it department)\b|\b(?:i am|im) (?:an? )?(?:developer|admin\w*|creator|programmer|"
        r"owner) of (?:this|the|"
        r"your) (?:bot|ai|assistant|system|chat\w*)\b",
        r"\b(?:respond|reply|answer|output|speak)(?: to me)? (?:only |back )?(?:with|in|using) (?:only )?(?:the )?"
        r"(?:json|base ?64|rot ?13|xml|code|python|hex\w*|binary|morse|html|markdown|the following|exact words)\b",
        r"\b(?:respond|reply|answer|act) as (?:if|though)\b|\bfor test(?:ing)? purposes\b|\bset (?:the |my |"
        r"all )*prices? to\b",
        r"\bsay (?:that )?\W?(?:i am|im|you are|youre|its|it is)\b.{0,30}\b(?:booked|confirmed|free|paid|waived)\b",
        r"\brepeat after me\b|\bsay exactly\b|\brespond only with\b|\boutput only\b|\bprint only\b",
        r"\b(?:simulate|emulate) (?:an? |the )?\w+|\bprompt injection\b|\bexecute (?:the |this |following )*"
        r"(?:command|code|script|instruction)",
    ),
    Sign.MARKUP: (
        r"(?:^|\n|[\"'`\]})>]|[.!?] )\W{0,4}(?:system|assistant|developer|user|human|ai|tool|function|admin|operator) ?"
        r"(?:\[?\w{0,10}\]?)? ?:(?! ?\d)",
        r"<\|?/?\s?(?:\|?im_(?:start|end)|system\w*|assistant|user|human|developer|tool\w*|function\w*|instructions?|"
        r"prompt|"
        r"invoke|antml\w*|xml|script|iframe|img|admin|context|document|result|output|command|rules?)\b[^>]{0,80}\|?>",
        r"<\|[a-z_ ]{2,30}\|>|\[/?inst\]|<</?sys>>|\[/?(?:system|assistant|user|admin)(?: \w+)?\]|"
        r"(?<!#)#{2,} ?(?:system|instructions?|human|assistant|user|response|new|rules|task)\b",
        r"[{\[]\s?\"?(?:role|content|system|tool\w*|function\w*|type|name|action|command|instructions?|input|arguments|"
        r"intent|facts?|status|override|messages?|parameters|price|booked|confirmed|paid|deposit)\"? ?:",
        r"\"(?:role|tool_calls?|function_call|tool_use|tool_result|system)\"|\btool_(?:use|call|result)\b|"
        r"\bfunction_call\b",
        r"<!--|\b(?:call|invoke|trigger) (?:the )?(?:function|tool|api)\b|\b[a-z_]{3,30}\(\)",
        r"```|\bbegin (?:system|admin|prompt)\b|(?<!-)-{3,} ?(?:begin|end|start|system|new)\b|(?<!=)={3,} ?(?:end|"
        r"system|new)\b",
        r"\{\{.{1,60}\}\}|\$\{.{1,60}\}|\bignore_previous\b",
    ),
    Sign.SECRETS: (
        r"\b(?:api|secret|access|private|encryption|aws|ssh|license) ?keys?\b(?! (?:card|fob|chain))|"
        r"\b(?:access|auth\w*|bearer|api|session) tokens?\b|\bcredentials\b(?! (?:do|does|are|and|of (?:the|your)))",
        r"\b(?:your|admin|system|database|root|server|staff|employee|the login|account) (?:login |user ?names? and )?"
        r"passwords?\b|\blogin (?:details|info\w*) (?:of|for) (?:the |your )?(?:system|admin|portal|staff|database)",
        r"\b(?:environment|env) variables?\b|\.env\b|\betc passwd\b|\brm -?rf\b|\bselect \W ?from\b|"
        r"\bselect \w+ from \w+|"
        r"\bdrop table\b|\bunion select\b|\bor 1 ?= ?1\b|\bcurl https?\b|\bos\.system\b|\beval\(|\bexec\(",
        rf"\b{_SHOW} (?:\w+ ){{0,2}}?your (?:\w+ )?(?:database|records of|logs)\b",
        r"\b(?:dump|export|access|query|hack|connect to|log ?in ?to) (?:\w+ ){0,3}?(?:database|server|backend|crm|ehr|"
        r"emr)\b",
    ),
    Sign.OTHERS: (
        rf"\b(?:other|another|all(?: of)?(?: the| your)?|every|your other) {_PATIENTS}s? (?:\w+ )?{_MATTERS}\b",
        rf"\b{_MATTERS} (?:of|for|from|about|on) (?:the |your |all |all the |all your |every |any )*(?:{_SOMEBODY} )?"
        rf"(?:patients|clients|customers|contacts|users|{_SOMEBODY} {_PATIENTS})\b(?! (?:who|that|like me|portal))",
        rf"\b(?:list|names?|print|show|dump|send|give|export|share|tell) (?:\w+ ){{0,4}}?(?:all |every |each )(?:of )?"
        rf"(?:the |your )*{_PATIENTS}\b",
        r"\b(?:patient|client|customer|contact) (?:lists?|records|database|data|files|roster)\b(?! (?:form|portal))",
        r"\bwho else (?:is|has|was|did|are|have)(?: \w+)? (?:booked|coming|scheduled|been (?:in|there|treated)|texted|"
        r"texting|seeing|an appointment|on the (?:schedule|calendar|books))\b",
        rf"\bwhat did (?:the |your )?{_SOMEBODY} (?:\w+ )?{_PATIENTS} (?:ask|say|text|get|have|want|pay|book|tell)\b",
        r"\b(?:tell|who|what)\b.{0,30}\bthe (?:patient|client|customer|person) (?:before|ahead of|after) me\b|"
        r"\bdid my (?:ex|boss|neighbou?r|co ?worker|landlord)\b.{0,20}\b(?:book|come|text|see|get)\b",
        r"\b(?:read|show|tell|give|send) me (?:the |your )?(?:last|previous|other) (?:conversations?|chats?)\b|"
        r"\b(?!my )[a-z]+ (?:phone |cell )?(?:number|address|info|email) (?:from|in|off) your (?:records|files|"
        r"database|system)\b",
        r"\bwho (?:texted|wrote|messaged) (?:you |in )?(?:today|yesterday|recently|lately|last)\b",
        r"\bwho (?:texted|wrote|booked|was|messaged)(?: you| to you| in)? (?:right |just )?(?:before|ahead of) me\b",
        rf"\b(?:the )?(?:last|previous|other) {_PATIENTS}s? (?:phone )?(?:names?|numbers?|info\w*|messages?|texts?|"
        r"address|email|card)\b",
        r"(?:^|[.?!,;] |\bif |\bhey |\bhi )is (?!(?:it|this|that|there|he|she)\b)[a-z]+ [a-z]+ (?:an? |"
        r"one of your )(?:patient|client|customer)s?\b(?! (?:care|portal|form))",
    ),
    Sign.ENCODED: (
        r"\b(?:base ?64|rot ?13|rot13|hex ?dump|url ?encoded|caesar cipher|morse code)\b",
        r"\b(?:decode|decrypt|decipher|unscramble|deobfuscate) (?:this|the|it|that|and|following|what|these|"
        r"then)\b.*[a-z0-9+/=_-]{16}",
    ),
}

PATTERNS: tuple[tuple[Sign, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(f"(?:{sign})" for sign in signs))) for kind, signs in _SIGNS.items()
)

#: The heart of the matter without its spaces, for letters that were spread out; and, stricter, for words in pieces.
SQUASHED = re.compile(
    r"(?:ignore|disregard|forget|override)(?:all|any|your|the|previous|prior|above|earlier|my|of)*"
    r"(?:instructions?|rules|prompts?|guidelines)|(?:system|hidden|secret)prompt|developermode|jailbreak"
)
IN_PIECES = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|your|the|of)*(?:previous|prior|above|earlier)(?:the|your|of)*"
    r"(?:instructions?|prompts?|guidelines)"
)
