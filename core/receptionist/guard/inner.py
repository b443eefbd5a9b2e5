"""Inner workings that show through: prompts, models, tools, ids, raw data, unfilled templates, markup."""

from __future__ import annotations

import re

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.patterns import any_of
from core.receptionist.guard.verdict import Rule

_LEAKS = any_of(
    r"\b(?:system|developer|hidden|initial|original|internal|base|pre|my|the|your|full|secret)[ _-]?(?:prompts?|"
    r"instructions? (?:say|are|tell|were|state|i was|above|given)|guidelines)\b|\bmy (?:\w+ )?instructions?\b",
    r"\b(?:these|those|my|the) (?:are |were )?(?:rules|instructions|guardrails|guidelines|constraints) (?:i (?:was|"
    r"'ve)|"
    r"given to me|i follow|i must|prevent|say|state|forbid|don't (?:let|allow))\b|\bmy (?:own )?(?:rules|policy|"
    r"policies|"
    r"guardrails|constraints|safety (?:rules|guidelines))\b",
    r"\bas an? (?:\w+ )?(?:ai\b|artificial intelligence|(?:large )?language model|llm|chat ?bot|bot)|\b(?:large )?"
    r"language model\b|\bllm\b|\bartificial intelligence\b|\bneural net\w*|\bi'm (?:just |only )?an? ai\b|"
    r"\bai (?:model|"
    r"assistant|chatbot|language|system|tool|bot|powered)\b|\bpowered by\b|\bmachine learning\b",
    r"\bmy (?:\w+ )?(?:training|programming|context(?: window)?|knowledge cut-?off|parameters|developers?|creators?|"
    r"source code|configuration|temperature|token limit|database)\b|\b(?:i was|i've been|i'm) (?:instructed|programmed|"
    r"told|asked|configured|designed|trained|built|created|set up|prompted|made|not allowed|not permitted|forbidden)"
    r"(?: not)? (?:to|by|on|for|with|never)\b|\binstructed not to\b",
    r"\b(?:api|secret|access|auth|private|bearer|session)[ _-](?:key|token|id|secret)s?\b|\bpassword\b|\bcredentials\b",
    r"\b(?:sk|pk|rk|key|ghp|xoxb)[-_](?:(?:live|test|proj|ant)[-_])?[a-z0-9]{10,}|\b(?:akia|asia)[a-z0-9]{12,}\b|"
    r"\bkey[0-9a-f]{16,}|\beyj[a-z0-9_-]{10,}",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|"
    r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b",
    r"\b(?:conversation|contact|tenant|session|message|turn|request|binding|patient|client|clinic|reference|thread|"
    r"user|"
    r"ticket|case|lead)[ _-]?(?:id|#|no\.?|number)\b(?! (?:card|is fine))|#\d{2,}\b|\b[ctmpr]\d{1,6}\b(?![-.:])",
    r"<\|?/?(?:im_start|im_end|system|assistant|user|human|thinking|response|answer|function|tool|invoke)\b|"
    r"^[ \t]*(?:system|assistant|user|human|patient|bot|ai|reply|response|draft|sms|text|message|answer|output)\s*:|"
    r"\[/?inst\]|\bend ?of ?text\b",
    r"\btraceback\b|\bstack ?trace\b|\b\w+(?:error|exception)\s?:|:\s*(?:null|undefined|none|nan)\b|\b(?:null|"
    r"undefined|nan)"
    r"\b|\b(?:internal (?:server )?error|exit code|status code|http \d{3}|error \d{3})\b",
    r"\b(?:claude|chat ?gpt|gpt|open ?ai|anthropic|bedrock|gpt-?\d|gemini|llama|mistral|copilot|aws|amazon|langchain|"
    r"deskbell|twilio|telnyx|chroma(?:db)?|postgres\w*|sanic|redis|openrouter|deepseek|grok)\b",
    r"\"?\b(?:text|role|content|found|asks|facts|evidence|tool_use|tool_result|input|arguments|wants_person|reply|"
    r"message|type|value|field)\"\s*:|\b(?:tool call|function call|tool_use|call(?:ing)? the \w+ (?:tool|function)|"
    r"json|"
    r"xml|yaml|payload|webhook|pipeline|knowledge base|vector|embedding|passage \d|retrieved|per the (?:passages?|"
    r"context|"
    r"provided)|(?:provided|given) (?:context|passages?|information|knowledge)|(?:the|my) context\b|intake form field|"
    r"(?:new_or_returning|full_name|service_name|phone_number|next_step|(?<![/.@-])\b(?!first_name|last_name|"
    r"your_name|name_here|link_here)[a-z]{2,}_[a-z_]{2,}))",
    r"\b(?:according to|based on|per|in) (?:my|the|our) (?:notes|records|database|files|documents?|knowledge|data|"
    r"system)\b|"
    r"\bthe (?:step|plan|planner|task) (?:is|says|asks)\b|\bi (?:must|should|need to|have to|will) (?:now )?(?:ask|"
    r"respond|"
    r"reply|answer|greet|collect|stay in|not mention|not reveal|avoid)\b|\bhere(?:'s| is) (?:the|my|a|"
    r"your) (?:\w+ )?(?:reply|"
    r"response|draft|rewrite|revised|text message|message|rewritten|sms|version)\b|\b(?:in|out of|break) character\b|"
    r"\b(?:the|this) (?:user|human)\b|\brole-?play\w*\b|\bjailbr\w+\b|\bdan mode\b|\bignore (?:all |my |"
    r"the )?previous\b",
    r"\bother (?:patient|client|people)'?s'? (?:appointment|name|info|detail|record|visit|number)s?\b",
)
_PLACEHOLDERS = re.compile(
    r"\{[^{}\n]{0,40}\}|\{\{|\}\}|%\([a-z_]+\)s|%[sd]\b|\$\{|\$[a-z_]{2,}"
    r"|\[(?!card number removed\])[^\]\n]{1,60}\]|<[a-z][a-z0-9 _/.-]{0,40}>"
    r"|\b(?:first_name|last_name|your_name|name_here|link_here)\b|_{2,}|\bxx+\b|(?<!\w)x{1,3}[:/]x{1,3}\b|\$x+\b|\?{3,}"
    r"|\b(?:insert|enter|add|your|patient'?s?|provider'?s?|clinic'?s?) (?:name|link|date|time|price|url|address|"
    r"number) here\b"
    r"|\b(?:lorem ipsum|foo ?bar|todo|tba|tbc|n/a)\b|\btbd\b|\b(?:mr|dr|hi|dear) \.{2,}|\.{4,}",
    re.MULTILINE,
)
_MARKUP = re.compile(
    r"\*\*|__\w|```|`|^[ \t]*#{1,6}\s|^\s*\|.*\||\|\s?-{2,}|\]\(|</?[a-z][^>\n]{0,60}/?>|&(?:#\d+|[a-z]{2,8});|"
    r"^[ \t]*>|~~|\\n|\\u\d"
    r"|(?<!\w)\*[^\s*][^*\n]{0,80}\*(?!\w)|^[ \t]*={3,}|^[ \t]*[-*_]{3,}[ \t]*$",
    re.MULTILINE,
)


def inner(low: str, on: Ground) -> Rule | None:
    """A leak, placeholder or markup in a folded text; the clinic's own name and words are none."""
    for found in _LEAKS.finditer(low):
        if found.group().strip() not in on.words:
            return Rule.LEAK
    if _MARKUP.search(low) and not _PLACEHOLDERS.search(low):
        return Rule.MARKDOWN
    return Rule.PLACEHOLDER if _PLACEHOLDERS.search(low) else None
