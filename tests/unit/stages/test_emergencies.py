"""What counts as an emergency, in the words people use for it, and what only looks like one."""

import pytest

from core.receptionist.emergencies import Emergency, asks_again, recognise, recognise_burst

SIGNS = {
    Emergency.VISION: """
        I can't see out of my left eye | I lost my vision | losing sight in one eye after the filler
        my vision is blurry | my vision went black | I have double vision since the injection | I’m going blind
        everything is blurry | blind in one eye | my eye went dark | cant see anything | seeing double
        I cannot see clearly | my eyes are so blurry | there's a curtain over my right eye | loss of vision
        My vison is blury | I can't see!! | no puedo ver bien | cant see out my right eye since filler
        everything went black for a second
    """,
    Emergency.BREATHING: """
        I can't breathe | cant breath | I CANT BREATHE | having trouble breathing
        difficulty breathing after the shot | it's hard to breathe | short of breath
        shortness of breath since yesterday | he's not breathing | she is choking | I'm wheezing | gasping for air
        trouble brething | I can’t breatheeee | struggling to breathe | no puedo respirar | can hardly breathe
        my breathing is getting worse | hard time catching my breath
    """,
    Emergency.CHEST: """
        chest pain | I have chest pains | my chest hurts | pain in my chest | tightness in my chest
        my chest feels tight | pressure on my chest | I think I'm having a heart attack | chets pain
        me duele el pecho | No, chest pain
    """,
    Emergency.CIRCULATION: """
        the skin around my lips is turning white | my lip is turning blue | my nose went white after filler
        white patch spreading on my cheek | pale spot is spreading | my lips are blue
        skin got pale and cold after the filler | My skin is blanching | I had filler today and my lip looks white
        blue skin spreading near my nose | the area above my lip is turning grey | my fingers are blue
        tip of my nose is grey | white spots around my nose after filler and it really hurts
        my skin looks grey around the injection site | my nose is turning dark and it hurts
    """,
    Emergency.STROKE: """
        I think I'm having a stroke | my speech is slurred | slurring my words | one side of my face is drooping
        left side of my face is numb | I can't move my arm | can't speak properly | sudden weakness in my arm
        my face is drooping | the right side of her body is weak | can't get my words out
        worst headache of my life
    """,
    Emergency.ALLERGY: """
        my throat is closing | throat feels tight | my tongue is swelling | anaphylaxis
        I'm having an allergic reaction | severe allergic reaction | hives all over | used my epipen
        my face is swelling fast | I can't swallow | bad reaction to the filler | my tounge is swolen
        I think Im having an alergic reaction
    """,
    Emergency.SELF_HARM: """
        I want to kill myself | I want to die | feeling suicidal | I don't want to live anymore
        thinking about hurting myself | I'm going to end my life | better off dead | there's no reason to live
        wanna kms | I have been cutting myself | if my lips stay like this I'll kill myself | me quiero morir
        my friend wants to die | I wish I was dead | I cut myself on purpose | i'm going to kill my self
    """,
    Emergency.OVERDOSE: """
        I took too many pills | I overdosed | I think she overdosed on xanax | took too much of my medication
        swallowed too many tablets | I took the whole bottle | took a bunch of pills
    """,
    Emergency.COLLAPSE: """
        she just passed out and won't wake up | he is unconscious | she's having a seizure | it won't stop bleeding
        bleeding heavily from the extraction | this is a medical emergency | should I call 911
        I passed out after the injection
    """,
}

LOOK_ALIKES = """
I'm dying to get botox | I'd die for those lips | these wrinkles are killing me | my tooth is killing me
chest hair laser | how much is laser for the chest? | does chest laser hurt? | chest acne facial
breathtaking results! | bad breath | do you do breathing exercises | I need a breather | take a deep breath lol
blind date tomorrow, can I get a facial | do you sell window blinds | my vision board says botox
do you take vision insurance | I lost my vision insurance | is blue light ok | blue light teeth whitening
my teeth are turning white, love it | I have pale skin, can I do laser | my skin is so pale, is IPL okay?
white spots on my teeth | my tooth went grey | can't see you Tuesday, sorry | I can't see the link
I can't see my appointment online | the photo is blurry | can't talk right now, text me | I can't speak on the phone
I had a stroke 5 years ago, can I get botox? | I had a heart attack in 2015, is it safe | I'm allergic to latex
I had a bad reaction years ago to lidocaine | can botox cause blurry vision?
does filler have a risk of vision loss | can you overdose on botox? | what are the side effects like droopy lids
I hurt myself at the gym, can I still come? | I want to die my hair first | stroke of luck! | brush strokes
I pass out when I see needles | I live 5 kms away | no chest pain or anything, just a checkup | not short of breath
I carry an epipen | dental emergency, cracked tooth | do you take emergency appointments?
is this an emergency line? | my lips are swollen | slight swelling after filler | my gums bleed when I brush
my eyelid is droopy | Cancel my appointment | Tuesday at 3 | how much is botox | white filling
turning 40 next week | the black friday special | are your hygienists chest-deep in work lol
what's the strokes band playing | I'm dead tired | drop dead gorgeous | blue peel price | pale pink nails
my heart stopped when I saw the price | seeing results already | I see spots on my calendar | my mouth is still numb
can I park in the red zone | I'm short on time | version 2 of my smile | I almost choked up, so happy
can I get botox if I have asthma and sometimes wheeze | I lost sight of my email
I'm blind without my glasses, large text please | an all black outfit is ok? | my skin went pale pink after the peel
bruise under my eye went black | my bruise turned blue and green | can't see anything available on friday
I can't swallow pills | will I have an allergic reaction? | overdose of sunshine, I need IPL
I'm choking on the price lol | gasping at these prices | my son had seizures as a baby, is nitrous ok
I want filler but my skin is very pale | can't move my appointment | it turned out white, lovely
"""


def texts(table: str) -> list[str]:
    return [text.strip() for line in table.splitlines() for text in line.split(" | ") if text.strip()]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, table in SIGNS.items() for text in texts(table)])
def test_a_sign_is_recognised(kind: Emergency, text: str) -> None:
    assert recognise(text) is kind


@pytest.mark.parametrize("text", texts(LOOK_ALIKES))
def test_a_look_alike_passes(text: str) -> None:
    assert recognise(text) is None


def test_a_sign_among_booking_talk_is_found() -> None:
    text = "Hi it's Dana, I had lip filler at 2 and now I can't see well out of one eye. Also can I move Friday?"
    assert recognise(text) is Emergency.VISION


def test_filler_two_weeks_ago_does_not_make_todays_sign_a_history() -> None:
    assert recognise("I had filler 2 months ago and my vision is blurry") is Emergency.VISION
    assert recognise("Can filler make you go blind, my vision is blurry") is Emergency.VISION
    again = "I had an allergic reaction last year and I'm having an allergic reaction again"
    assert recognise(again) is Emergency.ALLERGY


def test_a_sentence_over_two_texts_is_read_as_one() -> None:
    assert recognise_burst(["help I can't", "breathe"]) is Emergency.BREATHING
    assert recognise_burst(["hi", "how much is botox"]) is None


@pytest.mark.parametrize("text", ["What should I do?", "is it serious", "are you sure?", "getting worse", "help me"])
def test_a_question_back_is_heard(text: str) -> None:
    assert asks_again(text)


@pytest.mark.parametrize("text", ["ok thanks", "book me Tuesday", "on my way", "how much is botox"])
def test_other_talk_is_not_a_question_back(text: str) -> None:
    assert not asks_again(text)


def test_long_texts_are_read_in_bounded_time() -> None:
    assert recognise("skin my lips and the area around it is very soft today " * 200) is None
