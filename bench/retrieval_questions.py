"""What patients ask the demo clinics, as they would text it, each with the heading of the entry that answers it.

Worded apart from the notes on purpose: half of the questions share few or no words with the entry that answers them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Question(NamedTuple):
    """A text to a clinic, and the heading it should find; None where the clinic's knowledge holds no answer."""

    clinic: str
    text: str
    heading: str | None


_ANSWERED = {
    "harbor": """
        can i leave my car somewhere close by = Where can I park?
        wheres the cheapest garage near u = Where can I park?
        do u guys validate = Where can I park?
        what floor r u on = Where are you located?
        whats the closest train stop = Where are you located?
        how do i find the place = Where are you located?
        is there a lift, bad knees lol = Is the studio wheelchair accessible?
        coming w a stroller is that a problem = Is the studio wheelchair accessible?
        first timer here what do yall do at the appt = What happens at my first visit?
        how early should i get there for my 1st appt = What happens at my first visit?
        do i need my license or anything w me = What should I bring?
        any paperwork i can fill out ahead of time = What should I bring?
        ok to show up with foundation on = Should I arrive without makeup?
        coming str8 from work with a full face of make up = Should I arrive without makeup?
        can my bff sit in with me = Can I bring a friend or my child?
        nobody to watch my toddler can he come along = Can I bring a friend or my child?
        does anyone there speak chinese = Which languages do you speak?
        necesito alguien que hable español = Which languages do you speak?
        u take amex? = How can I pay?
        is zelle ok = How can I pay?
        will my insurence cover any of this = Do you take insurance?
        can i use my fsa card = Do you take insurance?
        can i split it into monthly paymnts = Do you offer financing?
        do u do klarna or something to pay later = Do you offer financing?
        wanna get something for my moms bday = Do you sell gift cards?
        do the vouchers run out = Do you sell gift cards?
        whats the harbor club = Do you have a membership?
        how do i quit my membership = Do you have a membership?
        got any promos rn = Do you have any specials?
        do i get something if i send a friend = Do you have any specials?
        is it rude not to tip the nurse = Should I tip?
        smth came up can i push my appt to next week = What is your cancellation policy?
        do i lose my money if i dont show = What is your cancellation policy?
        train is stuck ill be 10 min late = What if I am running late?
        why do u want money up front = Do you take a deposit?
        does the deposit come off the final price = Do you take a deposit?
        do i have to pay just to talk to someone first = Is the consultation free?
        my kid is 17, can she get her lips done = How old do I have to be?
        is it an actual doctor doing the injections = Who does the treatments?
        whos maya = Who does the treatments?
        im breastfeeding is botox safe = Can you tell me by text whether a treatment suits me?
        my cheek is puffy since yesterday after the filler = I have a question after my treatment
        got a bruise from tuesdays appt what do i do = I have a question after my treatment
        who else reads these texts = Do you keep my information private?
        how much tox does a forehead usually take = How many units of Botox will I need?
        when does the tox wear off = How long does Botox last?
        how often wld i have to come back for botox = How long does Botox last?
        tox vs fillers whats the diff = What is the difference between Botox and filler?
        how many visits for laser on my legs = How many laser hair removal sessions do I need?
        how much for a small area laser = How many laser hair removal sessions do I need?
        whats in a hydrafacal = What does a HydraFacial include?
        do u do guys too, asking for my husband = Do you treat men?
    """,
    "sierra": """
        where do patients leave their cars = Where can I park?
        is the lot free = Where can I park?
        hay estacionamiento = Where can I park?
        whats ur adress pls = Where are you located?
        r u near the expo line = Where are you located?
        how long is the first appt = What happens at my first visit?
        do i get a cleaning the same day as the exam = What happens at my first visit?
        what stuff do i need with me tmrw = What should I bring?
        can u get the xrays from my old dentist = What should I bring?
        my dad uses a walker can he get in = Is the office wheelchair accessible?
        whats the youngest u see = Do you see children?
        my 3 yr old has never been to a dentist = Do you see children?
        mi mama no habla ingles = Do you speak Spanish?
        any lady dentists there = Who are the dentists?
        can i ask for dr whitman = Who are the dentists?
        im terrified of needles and drills = I am nervous about the dentist
        do u have laughing gas = I am nervous about the dentist
        do u accept cigna ppo = Which insurance do you take?
        i got guardian thru work = Which insurance do you take?
        is medi cal ok = Do you take Medi-Cal?
        no insurence what do i do = What if I have no insurance?
        whats the smile plan cost = What if I have no insurance?
        can i pay w my phone = How can I pay?
        can i pay the crown off over time = Do you have payment plans?
        braces are a lot can i do monthly = Do you have payment plans?
        how much do i put down to book = Do I have to pay a deposit?
        ballpark what will this run me = How much will my treatment cost?
        will i know the price b4 u start = How much will my treatment cost?
        any deals for new ppl = Do you have specials or gift cards?
        i referred my sister do i get credit = Do you have specials or gift cards?
        need to move my thurs appt = What is your cancellation policy?
        what do u charge if i miss it = What is your cancellation policy?
        stuck on the 405 gonna be late = What if I am running late?
        my tooth is killing me can u see me today = Do you see emergencies the same day?
        chipped my front tooth on a fork = Do you see emergencies the same day?
        crown fell off what now = Do you see emergencies the same day?
        still numb from this morning = I have a question after my treatment
        gums bleeding since the extraction = I have a question after my treatment
        can i take ibuprofen b4 = Can you give medical advice by text?
        should i stop my blood thinner = Can you give medical advice by text?
        r ur instruments clean = How do you keep the office clean?
        need my chart sent to a new dentist = Can I get my records or X-rays?
        how many cleanings per year = How often should I come for a cleaning?
        r u open on the weekend = Do you have evening or Saturday hours?
        anything after 5pm for ppl who work = Do you have evening or Saturday hours?
    """,
}
_UNANSWERED = {
    "harbor": """
        do you pierce ears
        do u do tattoos
        can u fix my phone screen
        whats for lunch lol
        are you hiring
        is the subway running today
        who won the knicks game
        can i adopt a dog there
        do you sell sunscreen online
        whats the capital of france
        will it rain tomorrow
    """,
    "sierra": """
        do you have a pool
        can you do my taxes
        do u cut hair
        is there wifi
        are u hiring hygienists rn
        what movie should i watch
        can u recommend a plumber
        how tall is mount whitney
        do you sell toothbrushes on amazon
        tell me a joke
    """,
}


def questions() -> Iterator[Question]:
    """All of them, clinic by clinic, those with an answer first."""
    for clinic, table in _ANSWERED.items():
        for line in table.strip().splitlines():
            text, _, heading = line.strip().rpartition(" = ")
            yield Question(clinic, text, heading)
    for clinic, table in _UNANSWERED.items():
        for line in table.strip().splitlines():
            yield Question(clinic, line.strip(), None)
