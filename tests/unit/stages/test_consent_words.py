"""Which texts opt out, opt in, ask for help, need a question back, or have nothing to do with consent."""

import pytest

from core.receptionist.consent_words import Meaning, agrees, read

KEYWORDS = """
STOP | stop | Stop! | STOP!! | stop. | "STOP" | 'stop' | stop? | *stop* | (STOP) | please stop | Stop please
stop thx | stop thanks | STOP NOW | pls stop | ok stop | just stop | Stop, please. | kindly stop | stoppp | STOOOP
stop stop stop | STOPALL | stop all | Stop All! | UNSUBSCRIBE | unsubscribe please | CANCEL | cancel | Cancel. | END
end | QUIT | quit! | REVOKE | revoke | OPTOUT | OPT OUT | opt-out | Opt-Out please | stpo | sotp | stopp
unsuscribe | unsubcribe | Unsubscibe | un subscribe | alto | ALTO | parar | Thanks for everything. Please stop.
S T O P | s.t.o.p. | stahp
Stop. I'm not interested | No thank you. STOP | Stop, I never asked for this | hi, stop | basta
"""

PHRASES = """
stop texting me | Please stop texting | quit texting me | stop messaging this number | stop sending me messages
Can you stop texting me please | don't text me | Dont text me anymore | do not contact me
Please do not text this number | never text me again | I don't want any more texts | no more texts please
No more messages | stop the texts | stop these messages | please unsubscribe me | I'd like to be unsubscribed
how do I unsubscribe | I want to opt out | opt me out | please opt me out of texts | I'm opting out
I revoke my consent | I withdraw my permission to text me | take me off your list | take me off this list please
Remove me | remove me from your list | remove my number | Please delete my number | lose my number | leave me alone
wrong number | Sorry, wrong number | You have the wrong number | you've got the wrong person
This is the wrong number | stop spamming me | stop calling me | stop bothering me | turn off notifications
no me escriban | No me escribas más | no más mensajes | número equivocado | dejen de escribirme
I would like to stop receiving these messages | STOP TEXTING ME!!! | I don't want to receive texts
I no longer wish to receive messages | I said stop | Not me, wrong number | This isn't Dana, wrong number
don't send me any more of these | would you please stop | unsub | don’t message me again | stop sending texts
"""

NOT_ABOUT_CONSENT = """
Cancel my appointment | cancel my 3pm | Please cancel my appointment | Can I cancel tomorrow?
I need to cancel for Friday | I'll stop by tomorrow | can I stop by at 3 | Where is the bus stop? | end of the week
the end of May works | when does it end | When does the special end? | info about fillers
more info please on botox | help me book | can you help me | I need help choosing | Help with my bill
start with lip filler | When can I start? | I want to stop smoking | does laser stop hair growth
I quit smoking last year | the quit smoking program | nonstop itching | can I opt out of the deposit
can I opt out of numbing cream? | don't stop texting me lol | I didn't mean to unsubscribe | please don't remove me
can you remove my mole | do you remove tattoos | remove me from the waitlist | I gave you the wrong number before
my old phone is the wrong number for me, use this | I'm ending my membership soon, what then? | weekend
Is the offer ending? | cancellation policy? | What's your policy on cancelling | hi | yes | ok | thanks! | Botox
Dana Cole | the best time to text me is 5 | can I text you a picture? | text me when ready | I'll message you later
should I text or call? | 5 | 10:30 | 👍 | alto voice lessons | stop at 2 syringes I think
do I have to stop taking anything before? | can you stop the bleeding | I was told to stop retinol
what do I do to stop grinding my teeth | no worries | no | never been there | I don't know
call me at the end of the day | unsure | un momento | how long until it ends | is parking free?
don't send me the wrong form | I do not contact lenses wear | unsubscribed by accident can you check
the wrong number was on the form | please remove me from Friday | Do not call before 9 | no more botox for me thanks
Liked “Harbor: call (212) 555-0134 to reach a person. Reply STOP to opt out.” | Loved "Reply STOP to opt out"
👍 to “Reply START to resubscribe.” | Reacted 😂 to “You are unsubscribed” | Removed a like from “STOP to opt out”
can you stop my membership | did you get my messages | leave me a message | husband told me not to text
"""

START = "START | start | Start! | please start | UNSTOP | resubscribe | start texting me again | opt me back in"
HELP = "HELP | help | Help! | HELP please | info | INFO | info? | ayuda"
UNCLEAR = """
stop it | enough | not interested | I'm not interested | No longer interested. | cancle | cancel everything
cancelar | go away | no more | I'm done | end this | stop texting me so late | stop texting me at night
cancel my subscription | remove | Reply STOP to opt out | you said "Reply STOP to opt out", what does that mean
"""


def texts(table: str) -> list[str]:
    return [text.strip() for line in table.splitlines() for text in line.split(" | ") if text.strip()]


@pytest.mark.parametrize("text", texts(KEYWORDS))
def test_an_opt_out_word_as_the_whole_message_stops(text: str) -> None:
    assert read(text).meaning is Meaning.STOP


@pytest.mark.parametrize("text", texts(PHRASES))
def test_a_clear_phrase_stops(text: str) -> None:
    assert read(text).meaning is Meaning.STOP


@pytest.mark.parametrize("text", texts(NOT_ABOUT_CONSENT))
def test_ordinary_talk_is_no_consent_word(text: str) -> None:
    assert read(text).meaning is Meaning.NONE


def test_a_reaction_to_a_text_of_several_lines_is_no_opt_out() -> None:
    assert read("Laughed at “No more texts?\nReply STOP to opt out.”").meaning is Meaning.NONE


@pytest.mark.parametrize("text", texts(START))
def test_opt_in_words_start(text: str) -> None:
    assert read(text).meaning is Meaning.START


@pytest.mark.parametrize("text", texts(HELP))
def test_help_words_ask_for_help(text: str) -> None:
    assert read(text).meaning is Meaning.HELP


@pytest.mark.parametrize("text", texts(UNCLEAR))
def test_what_may_be_an_opt_out_is_asked_about(text: str) -> None:
    assert read(text).meaning is Meaning.ASK


@pytest.mark.parametrize("text", ["", "   ", "...", "!!!", "?", "\u200b"])
def test_a_text_without_words_says_nothing(text: str) -> None:
    assert read(text).meaning is Meaning.NONE


def test_a_keyword_and_a_phrase_are_told_apart_for_the_ledger() -> None:
    assert read("Stop!").source == "keyword"
    assert read("stop texting me").source == "phrase"


@pytest.mark.parametrize("text", ["yes", "Yes please", "yep", "sí", "yes do it"])
def test_a_bare_yes_agrees(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize("text", ["yes, Tuesday at 3", "no", "please", "how much is it?", ""])
def test_anything_more_than_a_yes_does_not_agree(text: str) -> None:
    assert not agrees(text)


def test_a_very_long_text_is_read_quickly_and_means_nothing() -> None:
    assert read("botox and filler " * 2000).meaning is Meaning.NONE
