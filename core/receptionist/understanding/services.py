"""Services and concerns: what of the clinic's menu a text names, what it names that is not on it, what bothers.

A `Lexicon` is built once a clinic: one compiled alternation of every word that names a treatment, longest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.receptionist.understanding.trade import CONCERNS, KINDS, NOT_TYPOS, TOO_GENERAL, TREATMENTS
from core.receptionist.understanding.words import Clause, plain, stem, words
from deskbell.clinic import Clinic, Service

_NEGATED = re.compile(
    r"(?:(?<!wait )(?<!oh )(?<!actually )(?<!sorry )\bno|\bnot|(?:n't|dont|do not|not) (?:really )?(?:want|need|"
    r"interested in)(?: any| the| more)?|"
    r"instead of|rather than|"
    r"without|besides|no longer|not doing|over)(?: (?:any|the|more|a|an|my))?\s*$"
)
_PAST = re.compile(
    r"\b(?:had|got|did|received|after|since|tried|following|have had|used to (?:get|do)|(?:my|the|your) (?:last|"
    r"previous))"
    r"(?: (?!want|need|like|and|but|to\b)[\w']+){0,3}\s*$"
)
_AGAIN = re.compile(r"\b(?:again|touch ?-?up|same|more|refill|redo|top ?-?up|due for)\b")
_TOKEN = re.compile(r"[^\W\d_]{4,}")
#: Letters of a "de" or a "la", which stands in names as well as in "relleno de labios".
_PARTICLE = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A treatment that a text names. Without `services` it is not on the menu and `unsold` names it."""

    services: tuple[str, ...]
    unsold: str
    start: int
    end: int
    #: "I had Botox in May", "not Botox": named, but not wished for.
    wished: bool = True
    #: Spoken of as done already.
    past: bool = False


@dataclass(frozen=True, slots=True)
class Concern:
    """What bothers a patient, and the services to offer for it, at most three."""

    options: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Term:
    services: tuple[str, ...]
    unsold: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A clinic's vocabulary, compiled."""

    terms: dict[str, _Term]
    pattern: re.Pattern[str]
    #: Single words that a slip of the thumb may have changed, by their first letter, which slips seldom hit.
    single: Mapping[str, tuple[str, ...]]
    concerns: tuple[tuple[frozenset[str], tuple[str, ...]], ...]
    #: Words that are no part of a person's name.
    not_names: frozenset[str]
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, clinic: Clinic) -> Lexicon:
        sellers = {treatment: _sellers(treatment, clinic.services) for treatment in TREATMENTS}
        terms = _terms(clinic.services, sellers)
        longest = sorted(terms, key=len, reverse=True)
        return cls(
            terms=terms,
            pattern=re.compile(
                rf"(?<![\w'])(?:{'|'.join(_tolerant(term) for term in longest)})(?!\w)(?! hair\b(?! removal))"
            ),
            single=_by_first_letter(term for term in terms if " " not in term and len(term) >= 5),
            concerns=tuple(_concerns(clinic.services, sellers)),
            not_names=frozenset(
                word for term in (*terms, plain(clinic.name)) for word in words(term) if len(word) > _PARTICLE
            ),
            variants={service.name: service.variants for service in clinic.services if service.variants},
        )

    def mentions(self, clause: Clause) -> list[Mention]:
        """Every treatment that a clause names, in order."""
        found = [
            self._mention(clause, _key(hit.group()), hit.start(), hit.end())
            for hit in self.pattern.finditer(clause.text)
        ]
        covered = [(one.start - clause.start, one.end - clause.start) for one in found]
        for token in _TOKEN.finditer(clause.text):
            if any(start < token.end() and token.start() < end for start, end in covered):
                continue
            term = self._nearest(token.group())
            if term:
                found.append(self._mention(clause, term, token.start(), token.end()))
        return sorted(found, key=lambda one: one.start)

    def concern(self, clause: Clause) -> Concern | None:
        """What bothers the patient, by the longest wording that matches."""
        said = {stem(word) for word in words(clause.text)}
        best: tuple[int, tuple[str, ...]] | None = None
        for needed, options in self.concerns:
            if needed <= said and (best is None or len(needed) > best[0]):
                best = (len(needed), options)
        return Concern(best[1], clause.start, clause.end) if best else None

    def variant(self, service: str, low: str) -> str:
        """The variant of `service` that a text names, if it names exactly one."""
        said = {stem(word) for word in words(low)}
        options = self.variants.get(service, ())
        named = [one for one in options if {stem(word) for word in words(plain(one))} <= said]
        return named[0] if len(named) == 1 else ""

    def _mention(self, clause: Clause, key: str, start: int, end: int) -> Mention:
        term = self.terms[key]
        before = clause.text[:start]
        again = _AGAIN.search(clause.text)
        instead = re.match(r"\W*instead\b(?! of)", clause.text[end:])
        past = bool(_PAST.search(before))
        wished = (bool(instead) or not _NEGATED.search(before)) and (bool(again) or not past)
        return Mention(term.services, term.unsold, clause.start + start, clause.start + end, wished, past)

    def _nearest(self, token: str) -> str:
        if token in self.terms or token in NOT_TYPOS or stem(token) in NOT_TYPOS:
            return ""
        bare = stem(token)
        slips = 1 if len(bare) < 8 else 2
        near = process.extractOne(bare, self.single.get(bare[0], ()), scorer=OSA.distance, score_cutoff=slips)
        return str(near[0]) if near else ""


def _by_first_letter(terms: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for term in terms:
        found[term[0]] = (*found.get(term[0], ()), term)
    return found


def _key(words_found: str) -> str:
    """The term that a hit of the pattern stands for: its letters and digits, plural off the last word."""
    return " ".join(_letters(words_found))


def _letters(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+", plain(text))
    return [*found[:-1], stem(found[-1])] if found else found


def _tolerant(term: str) -> str:
    """Any joint between the words, and a plural at the end."""
    return r"[\s-]+".join(re.escape(word) for word in term.split(" ")) + r"(?:'?e?s)?"


def _terms(services: tuple[Service, ...], sellers: Mapping[str, tuple[str, ...]]) -> dict[str, _Term]:
    """Every way to name a treatment, to the services that it means."""
    own: dict[str, _Term] = {}
    for service in services:
        for name in (service.name, *service.aliases):
            own[_key(name)] = _Term((service.name,))
    terms = dict(own)
    for treatment, slang in TREATMENTS.items():
        sold = sellers[treatment]
        for name in (treatment, *slang):
            terms.setdefault(_key(name), _Term(sold, "" if sold else treatment))
    for name in [name for name in terms if name.count(" ") == 1]:
        # "Lipfiller": the blank goes first when thumbs are quick.
        terms.setdefault(name.replace(" ", ""), terms[name])
    for kind, names in _kinds(services).items():
        if kind not in own:
            known = terms.get(kind)
            terms[kind] = _Term(tuple(dict.fromkeys((*(known.services if known else ()), *names))))
    return terms


def _kinds(services: tuple[Service, ...]) -> dict[str, list[str]]:
    """Words that name a kind of treatment, to the services of that kind: "filler" to each of the fillers."""
    kinds: dict[str, list[str]] = {}
    for service in services:
        name = _letters(service.name)
        if len(name) > 1:
            for kind in {name[-1], *KINDS.intersection(name)} - TOO_GENERAL:
                kinds.setdefault(kind, []).append(service.name)
    return kinds


def _sellers(treatment: str, services: tuple[Service, ...]) -> tuple[str, ...]:
    """Services that are this treatment: named so, or with its name within their own."""
    names = {_key(name) for name in (treatment, *TREATMENTS[treatment])}
    exact = [one.name for one in services if names & {_key(word) for word in (one.name, *one.aliases)}]
    # "Microneedling with PRP" is Microneedling; a HydraFacial is a facial.
    prefix = r"\w*" if len(treatment) > 5 else ""
    within = rf"(?<!\w){prefix}{_tolerant(_key(treatment))}(?!\w)"
    return tuple(exact or [one.name for one in services if re.search(within, plain(one.name))])


def like(treatment: str, services: tuple[Service, ...]) -> tuple[str, ...]:
    """Services asked about for the same concerns as `treatment`, or of its kind; the likest first."""
    shared: dict[str, int] = {}
    for treatments in CONCERNS.values():
        others = treatments if treatment in treatments else ()
        for name in {name for other in others for name in _sellers(other, services)}:
            shared[name] = shared.get(name, 0) + 1
    kinds = KINDS.intersection(_letters(treatment))
    for service in services:
        if kinds.intersection(_letters(service.name)):
            shared[service.name] = shared.get(service.name, 0) + len(CONCERNS)
    return tuple(sorted((one.name for one in services if one.name in shared), key=lambda name: -shared[name]))


def _concerns(
    services: tuple[Service, ...], sellers: Mapping[str, tuple[str, ...]]
) -> Iterable[tuple[frozenset[str], tuple[str, ...]]]:
    """The clinic's own wordings first, then what people say anywhere."""
    offered: dict[frozenset[str], list[str]] = {}
    for service in services:
        for concern in service.concerns:
            offered.setdefault(frozenset(stem(word) for word in words(plain(concern))), []).append(service.name)
    for concern, treatments in CONCERNS.items():
        key = frozenset(stem(word) for word in words(concern))
        options = offered.setdefault(key, [])
        for treatment in treatments:
            options += [name for name in sellers[treatment] if name not in options]
    return [(key, tuple(options[:3])) for key, options in offered.items()]
