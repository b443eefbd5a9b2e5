"""The rules responder: words every step from templates, the clinic's facts and its knowledge. No network, no key.

With no credentials at all, a clinic is answered by this. Plain GSM-7 words, one question a text, three segments.
"""

from __future__ import annotations

import re
from datetime import timedelta

from core.receptionist.money import money_text
from core.receptionist.opening import call_back
from core.receptionist.responders.answers import Answer, answer, unknown_line
from core.receptionist.responders.asking import menu, pick, question
from core.receptionist.responders.contract import Reply, Scene
from core.receptionist.situation import OPEN
from core.receptionist.sms import count, normalise
from core.receptionist.steps import Act
from core.receptionist.understanding.languages import SPANISH
from core.receptionist.understanding.visits import NEW
from core.receptionist.understanding.wishes import NO_PREFERENCE
from core.receptionist.when import date_text, listed
from deskbell.known import RequestStatus

_SEGMENTS = 3
#: Requests that staff call about, to fix the time.
_CALLED = frozenset({RequestStatus.READY, RequestStatus.OFFERED, RequestStatus.PENDING, RequestStatus.PAID})
#: Steps whose words are about money: what they say is the system's own, and stands.
_OF_MONEY = frozenset({Act.OFFER, Act.LINK_AGAIN, Act.NO_DEPOSIT})


class RulesResponder:
    """Holds no state; one serves all clinics."""

    async def reply(self, scene: Scene) -> Reply:
        """Raises what the knowledge provider raises."""
        if scene.step.act is Act.SILENT:
            return Reply("")
        answers = [await answer(one, scene) for one in scene.step.questions]
        body = list(dict.fromkeys(one.text for one in answers if one.text))
        head = [_greeting(scene), _lead(scene, bool(body))]
        unanswered = any(one.unanswered for one in answers)
        if unanswered and not scene.step.picture:
            body.append(unknown_line(scene, scene.said))
        body += [_news(scene), _unfit(scene), _picture(scene)]
        closing = _closing(scene, answers, unanswered)
        text = _fitted(head, body, closing)
        own = (closing,) if scene.step.act in _OF_MONEY else ()
        return Reply(text, unanswered, tuple(one.source for one in answers if one.source), lent=own)


def _fitted(head: list[str], body: list[str], closing: str) -> str:
    """One text within the budget: what opens it goes first, then later answers; the end always stays."""
    head, body = [part for part in head if part], [part for part in body if part]
    while True:
        text = normalise(" ".join([*head, *body, closing]).strip())
        if count(text).segments <= _SEGMENTS or not (head or body):
            return text
        (head if len(head) > 1 else body if body else head).pop()


def _greeting(scene: Scene) -> str:
    """The clinic's own greeting, once a contact; its own question gives way to ours."""
    if not scene.step.greet:
        return ""
    greeting = scene.clinic.say(scene.clinic.wording.greeting).strip()
    if "?" in greeting and _asks(scene):
        kept = [part for part in re.split(r"(?<=[.!?])\s+", greeting) if "?" not in part]
        greeting = " ".join(kept) or f"Hi, this is {scene.clinic.name}."
    return greeting


def _asks(scene: Scene) -> bool:
    return scene.step.ask is not None or scene.step.act is not Act.TALK


def _lead(scene: Scene, answered: bool) -> str:
    """A few words that show the last text was read."""
    step, known = scene.step, scene.known
    named = bool(step.learned & {"first_name", "last_name"} and known.first_name)
    if step.hurts and step.act is not Act.HAND_OVER:
        return "I'm sorry you're in pain."
    if step.act not in (Act.TALK, Act.UPDATE, Act.PASS_ON) or (answered and not named):
        return ""
    if step.lost:
        return _lost(scene)
    if named:
        if step.act is Act.PASS_ON:
            return f"Thanks, {known.first_name}."
        both = (f"Thanks, {known.first_name}.", f"Nice to meet you, {known.first_name}.")
        return pick(both, scene.said) if scene.said < 2 else both[0]
    if step.questions or step.unsold or step.unfit or step.act is not Act.TALK:
        return ""
    return _acknowledged(scene) or _welcome(scene)


def _lost(scene: Scene) -> str:
    step = scene.step
    if step.noted:
        return "I've noted that for our team."
    return "Sorry, I didn't quite get that." if step.garbled else ""


def _acknowledged(scene: Scene) -> str:
    """What of the last text was kept."""
    learned, known = scene.step.learned, scene.known
    if "service" in learned and known.service:
        return f"Happy to help with {known.service}{f' and {known.also}' if known.also else ''}."
    if "new_or_returning" in learned:
        new = known.new_or_returning == NEW
        return "Great, we look forward to meeting you." if new else "Good to hear from you again."
    if "when" in learned and known.when:
        return f"Noted: {_near(known.when.text, scene)}."
    if "variant" in learned:
        return f"Noted: {known.variant}."
    return f"Noted: {known.provider}." if "provider" in learned and known.provider != NO_PREFERENCE else ""


def _welcome(scene: Scene) -> str:
    step = scene.step
    if step.greet:
        return "" if step.learned else "Thanks for texting us."
    if step.hello and scene.known.first_name:
        return f"Hi {scene.known.first_name}."
    return "Happy to help." if step.ask and step.ask.again and not step.picture else ""


def _news(scene: Scene) -> str:
    """What is not sold and what is, and what may help with a concern."""
    step, clinic = scene.step, scene.clinic
    if step.unsold:
        instead = "" if scene.known.service or scene.known.concern else f" We do have {menu(clinic, step.unsold)}."
        return f"We don't offer {step.unsold}.{instead}"
    if step.options:
        choice = listed(list(step.options))
        return f"For that, patients often ask us about {choice}. The provider will see what suits you best."
    if step.earlier and step.ask:
        return f"Your request for {step.earlier} stays with our team."
    if "concern" in step.learned and not scene.known.service:
        return "Our provider will look at that with you and suggest what suits you best."
    return ""


def _unfit(scene: Scene) -> str:
    unfit = scene.step.unfit
    return f"{unfit.reason}; {unfit.nearest}." if unfit else ""


def _picture(scene: Scene) -> str:
    if not scene.step.picture or scene.step.act is Act.HAND_OVER:
        return ""
    return f"Thanks for the picture. Someone from our team will look at it{_and_answer(scene)}."


def _and_answer(scene: Scene) -> str:
    return " and get back to you" if any(not one.soft for one in scene.step.questions) else ""


def _closing(scene: Scene, answers: list[Answer], unanswered: bool) -> str:
    """The end of the text: a question, or what happens next."""
    step = scene.step
    by = call_back(scene.clinic, scene.now)
    match step.act:
        case Act.TALK:
            return _asking(scene)
        case Act.COMPLETE:
            return _confirmation(scene, by)
        case Act.OFFER:
            return _offer(scene, by)
        case Act.LINK_AGAIN:
            return _link(scene)
        case Act.NO_DEPOSIT:
            return scene.clinic.say(scene.clinic.wording.deposit_declined, when=by)
        case Act.AWAIT:
            return "Thanks! I'll confirm here as soon as your payment has come through."
        case Act.HAND_OVER:
            return _hand_over(scene, by)
        case Act.UPDATE:
            return _update(scene, by)
        case Act.STATUS:
            return f"{_hello(scene)}our team has your request{_and_deposit(scene)}.{_will_call(scene, by)}"
        case Act.PASS_ON if unanswered or any(one.text for one in answers):
            return ""
        case Act.PASS_ON if step.ask:
            return f"I've passed that on to our team. {_asking(scene)}"
        case Act.PASS_ON if step.learned & {"first_name", "last_name"}:
            return f"I've passed that on to our team.{_will_call(scene, by)}"
        case Act.PASS_ON:
            return f"Thanks, I've passed that on to our team.{_will_call(scene, by)}"
        case Act.WELCOME if step.parting and not step.thanked:
            return "All right. Text us any time."
        case Act.WELCOME:
            return "You're welcome! Text us any time." if scene.said % 2 else "You're welcome!"
        case _:
            return ""


def _asking(scene: Scene) -> str:
    step = scene.step
    if step.ask is None:
        return ""
    if step.unfit:
        return "Is there a time then that works?" if step.unfit.same_day else "Would one of those work?"
    if step.unsold and step.ask.field == "service":
        again = step.ask.again
        return "Is there one of them you'd like to know more about?" if again else "Would one of those be of interest?"
    return question(step.ask, scene.clinic, scene.said)


def _confirmation(scene: Scene, by: str) -> str:
    """What was understood and what happens next, and no word more than is true."""
    name = scene.known.first_name
    thanks = f"Thanks, {name}!" if name else "Thanks!"
    return f"{thanks} Here's what I have: {_request(scene)}. Our team will call you {by} to fix the time."


def _offer(scene: Scene, by: str) -> str:
    """The deposit, after what was understood; never with the link."""
    step, clinic = scene.step, scene.clinic
    amount = money_text(step.amount) if step.amount else ""
    if step.again:
        return f"The deposit is {amount}. Shall I text you the secure link, or would you rather just get a call?"
    offer = clinic.say(clinic.wording.deposit_offer, amount=amount)
    if scene.request in OPEN:
        return f"{_confirmation(scene, by)} {offer}"
    return f"{_update(scene, by)} {offer}" if step.learned else offer


def _link(scene: Scene) -> str:
    step, clinic = scene.step, scene.clinic
    amount = money_text(step.amount) if step.amount else ""
    if not step.link:
        return f"You can pay the {amount} deposit when you come in."
    return clinic.say(clinic.wording.deposit_link, amount=amount, link=step.link)


def _and_deposit(scene: Scene) -> str:
    return " and your deposit" if scene.request is RequestStatus.PAID else ""


def _update(scene: Scene, by: str) -> str:
    """A change, to the patient whose visit staff have yet to fix or have fixed already."""
    if scene.request is RequestStatus.BOOKED:
        return f"Thanks, I've passed that change on to our team. They'll get back to you {by}."
    return f"I've updated your request: {_request(scene)}. Our team will call you {by} to fix the time."


def _request(scene: Scene) -> str:
    known = scene.known
    service = f"{known.service} ({known.variant})" if known.variant else known.service
    extra = known.also.removeprefix("also ")
    parts = [
        f"{service} and {extra}"
        if service and extra
        else service or ("a visit to look at what you described" if known.concern else ""),
        f"with {known.provider}" if known.provider and known.provider != NO_PREFERENCE else "",
        {"new": "first visit", "returning": "returning patient"}.get(known.new_or_returning, ""),
        _near(known.when.text, scene) if known.when else "",
    ]
    return ", ".join(part for part in parts if part)


def _near(when: str, scene: Scene) -> str:
    """A wish as people say it: its date is today's or tomorrow's."""
    today = scene.now.astimezone(scene.clinic.timezone).date()
    return when.replace(date_text(today), "today").replace(date_text(today + timedelta(1)), "tomorrow")


def _hand_over(scene: Scene, by: str) -> str:
    phone = scene.clinic.phone_shown
    if scene.step.foreign:
        return _other_language(scene)
    if scene.step.lost:
        return f"I'm not sure I follow, so someone from our team will read this and get back to you {by}."
    if scene.step.reason == "a complaint":
        return f"I'm sorry to hear that. I'm handing this to our team, and someone will contact you {by}."
    if scene.step.reason == "wrote in anger":
        return f"I'd like a person to help you with this. Someone from our team will contact you {by}, or call {phone}."
    return f"Of course. Someone from our team will call you {by}. You can also reach us at {phone}."


def _other_language(scene: Scene) -> str:
    """A polite line in both, and a person. No accents that would make the text cost twice."""
    phone = scene.clinic.phone_shown
    if scene.step.foreign != SPANISH:
        return f"I can only read English here, so someone from our team will get back to you. Our number is {phone}."
    ours = SPANISH in scene.clinic.languages
    spanish = (
        "Una persona de nuestro equipo le responde en español" if ours else "Una persona de nuestro equipo le responde"
    )
    return (
        f"Gracias por escribirnos. {spanish} en cuanto pueda; nuestro tel. es {phone}. "
        "Someone from our team will get back to you in person."
    )


def _hello(scene: Scene) -> str:
    return f"Hi {scene.known.first_name}, " if scene.known.first_name else "Hi, "


def _will_call(scene: Scene, by: str) -> str:
    """The promise of a call, where one is owed."""
    return f" They'll call you {by}." if scene.request in _CALLED else ""
