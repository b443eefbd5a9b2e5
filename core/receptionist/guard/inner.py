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
    r"'ve)|given to me|i follow|i must|prevent|say|state|forbid|don't (?:let|allow))\b|\bmy (?:own )?(?:rules|policy|"
    r"policies|guardrails|constraints|safety (?:rules|guidelines))\b",
    r"\bas an? (?:\w+ )?(?:ai\b|artificial intelligence|(?:large )?language model|llm|chat ?bot|bot)|"
    r"\b(?:large )?language model\b|\bllm\b|\bartificial intelligence\b|\bneural net\w*|\bi'm (?:just |"
    r"only )?an? ai\b|\bai (?:model|assistant|chatbot|language|system|tool|bot|powered)\b|\bpowered by\b|"
    r"\bmachine learning\b",
    r"\bmy (?:\w+ )?(?:training|programming|context(?: window)?|knowledge cut-?off|parameters|developers?|creators?|"
    r"source code|configuration|temperature|token limit|database)\b|\b(?:i was|i've been|i'm) (?:instructed|"
    r"programmed|told|asked|configured|designed|trained|built|created|set up|prompted|made|not allowed|not permitted|"
    r"forbidden)(?: not)? (?:to|by|on|for|with|never)\b|\binstructed not to\b",
    r"\b(?:api|secret|access|auth|private|bearer|session)[ _-](?:key|token|id|secret)s?\b|\bpassword\b|\bcredentials\b",
    r"\b(?:sk|pk|rk|key|ghp|xoxb)[-_](?:(?:live|test|proj|ant)[-_])?[a-z0-9]{10,}|\b(?:akia|asia)[a-z0-9]{12,}\b|"
    r"\bkey[0-9a-f]{16,}|\beyj[a-z0-9_-]{10,}",
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|"
    r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b",
    r"\b(?:conversation|contact|tenant|session|message|turn|request|binding|patient|client|clinic|reference|thread|"
    r"user|ticket|case|lead)[ _-]?(?:id|#|no\.?|number)\b(?! (?:card|is fine))|#\d{2,}\b|\b[ctmpr]\d{1,6}\b(?![-.:])",
    r"<\|?/?(?:im_start|im_end|system|assistant|user|human|thinking|response|answer|function|tool|invoke)\b|"
    r"^[ \t]*(?:system|assistant|user|human|patient|bot|ai|reply|response|draft|sms|text|message|answer|output)\s*:|"
    r"\[/?inst\]|\bend ?of ?text\b",
    r"\btraceback\b|\bstack ?trace\b|\b\w+(?:error|exception)\s?:|:\s*(?:null|undefined|none|nan)\b|\b(?:null|"
    r"undefined)\b|\b(?:internal (?:server )?error|exit code|status code|http \d{3}|error \d{3})\b",
    r"\b(?:claude|chat ?gpt|gpt|open ?ai|anthropic|bedrock|gpt-?\d|gemini|llama|mistral|copilot|aws|amazon|langchain|"
    r"deskbell|twilio|telnyx|chroma(?:db)?|postgres\w*|sanic|redis|openrouter|deepseek|grok)\b",
    r"\"?\b(?:text|role|content|found|asks|facts|evidence|tool_use|tool_result|input|arguments|wants_person|reply|"
    r"message|type|value|field)\"\s*:|\b(?:tool call|function call|tool_use|call(?:ing)? the \w+ (?:tool|function)|"
    r"json|xml|yaml|payload|webhook|pipeline|knowledge base|vector|embedding|passage \d|retrieved|"
    r"per the (?:passages?|context|provided)|(?:provided|given) (?:context|passages?|information|knowledge)|(?:the|"
    r"my) context\b|intake form field|(?:new_or_returning|full_name|service_name|phone_number|next_step|"
    r"(?<![/.@-])\b(?!first_name|last_name|your_name|name_here|link_here)[a-z]{2,}_[a-z_]{2,}))",
    r"\b(?:according to|based on|per|in) (?:my|the|our) (?:notes|records|database|files|documents?|knowledge|data|"
    r"system)\b|\bthe (?:step|plan|planner|task) (?:is|says|asks)\b|\bi (?:must|should|need to|have to|"
    r"will) (?:now )?(?:ask|respond|reply|answer|greet|collect|stay in|not mention|not reveal|avoid)\b|\bhere(?:'s|"
    r" is) (?:the|my|a|your) (?:\w+ )?(?:reply|response|draft|rewrite|revised|text message|message|rewritten|sms|"
    r"version)\b|\b(?:in|out of|break) character\b|\b(?:the|this) (?:user|human)\b|\brole-?play\w*\b|\bjailbr\w+\b|"
    r"\bdan mode\b|\bignore (?:all |my |the )?previous\b",
    r"\b(?:hidden|secret) (?:text|message|rules?)\b|\bmy script\b|\bplanned (?:question|step|field)\b|\bfield\s?:|"
    r"\bstep by step\b|\bnotes? (?:to|for) (?:staff|self|the team|developers?)\s?:|\bas (?:instructed|"
    r"requested by the system|per (?:the )?instructions)\b",
    r"\bother (?:patient|client|people)'?s'? (?:appointment|name|info|detail|record|visit|number)s?\b",
)
_PLACEHOLDERS = re.compile(
    r"\{[^{}\n]{0,40}\}|\{\{|\}\}|%\([a-z_]+\)s|%[sd]\b|"
    r"\$\{|\$[a-z_]{2,}|\[(?!card number "
    r"removed\])[^\]\n]{1,60}\]|<(?!(?:b|i|u|em|strong|br|p|ul|ol|li|a|div|span|h\d|table|tr|"
    r"td)\b)[a-z][a-z0-9 _/.-]{0,40}>|\b(?:first_name|last_name|your_name|name_here|link_here)\b|_{2,}|\bxx+\b|"
    r"(?<!\w)x{1,3}[:/]x{1,3}\b|\$x+\b|\?{3,}|\((?:link|name|date|time|url|phone|insert[^)]{0,30})\)|\b(?:insert|"
    r"enter|add|your|patient'?s?|provider'?s?|clinic'?s?) (?:name|link|date|time|price|url|address|number) here\b|"
    r"\b(?:lorem ipsum|foo ?bar|todo|tba|tbc|n/a)\b|\btbd\b|\b(?:mr|dr|hi|dear) \.{2,}|\.{4,}",
    re.MULTILINE,
)
_MARKUP = re.compile(
    r"\*\*|__\w|```|`|^[ \t]*#{1,6}\s|^\s*\|.*\||\|\s?-{2,}|\]\(|</?[a-z][^>\n]{0,60}/?>|&(?:#\d+|[a-z]{2,8});|"
    r"^[ \t]*>|~~|\\n|\\u\d|(?<!\w)\*[^\s*][^*\n]{0,80}\*(?!\w)|^[ \t]*={3,}|^[ \t]*[-*_]{3,}[ \t]*$",
    re.MULTILINE,
)


def inner(text: str, low: str, on: Ground) -> Rule | None:
    """A leak, placeholder or markup in a text and its folded form; the clinic's own name and words are none."""
    for found in _LEAKS.finditer(low):
        if found.group().strip() not in on.words:
            return Rule.LEAK
    if _PLACEHOLDERS.search(low):
        return Rule.PLACEHOLDER
    return Rule.MARKDOWN if _MARKUP.search(text) else None
