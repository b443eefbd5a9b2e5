"""Words that stand around names, in names, and never in one."""

from __future__ import annotations

import re

from core.receptionist.understanding.words import word_set

TITLES = word_set("mr mrs ms miss mx dr doctor prof sir madam")
FAMILY_TITLES = word_set("mr mrs ms mx dr doctor prof")
PARTICLES = word_set("de la le van der den von del della da di dos du bin ben al el st ter")
#: Family names that are words of every sentence: believed with a capital where nothing follows.
LAST_WORDS = word_set("an do so see her you he my day")
ENDS = re.compile(r"\s*(?:$|[,.;!\n])")
#: Behind a name, and no part of it.
SUFFIXES = word_set("md dds dmd do rn np phd esq jr sr ii iii iv")
#: Those that are given names as well.
GIVEN = frozenset({"al", "ben"})
#: Words that are family names too, believed when written with a capital or as the whole reply about a last name.
FAMILY = word_set(
    "best black day early fair friend good guy king little long love low lucky male man may mind moody night poor "
    "price self short small speaking still sweet toms weeks well white will young"
)

#: Words that are never a name, whatever stands before them.
NEVER = word_set("""
    a about above actually afraid after again age ago ahead all allergic almost alone already alright also always
    am an
    and angry another any anybody anyone anything anytime anyway anxious appointment appointments appt are around as
    asap ask asking at available away awesome baby back bad be because been before behind being best better between
    big
    birthday bit blonde btw book booked booking both bot bout boy bride broke bruised busy but by call called caller
    calling
    came can cancel cancelling cant can't chance cheap check clear client close closed clinic cold come coming
    completely
    concerned confused consult consultation cool correct cost could couple crazy curious currently customer cute daily
    dating day days definitely deposit desperate did diabetic different do doing done dont don't double down
    driving due
    dunno during each early easy either else email emergency engaged enough even evening ever every everyone
    everything
    excited exhausted existing expecting extremely face fan far feeling female few fifty fine first flexible following
    for forehead former forty free friday friend friends from full fully fun fussy game gay getting girl give glad
    go going
    gone gonna good got gotta grateful great guess guy had half happy hard has hate have having hello help her here
    hey
    hi him his home hoping hopeful hours how however hoping hungry hurting hi-there i i'd i'll i'm i've ideally idk
    if ill im
    important impressed in info inquiring insecure inside instead interested into is it it's its ive jealous just keen
    kidding kind kinda know lady last late lately later leaning leaving legit less let lips like listening literally
    little living lmk lol long longtime look looking lost lots love lovely low lucky mad maam ma'am making male man
    many name names
    married maybe me mean member mess mid middle might mind mine mom monday money month months more morning most
    mother
    moving much mum must my near need needing nervous never new newbie next nice night no nobody none nope normal not
    nothing now number nurse nursing o'clock of off ok okay old older omg on once one only open or other our out
    outside
    over overdue overwhelmed own pain paid part past patient patients people perfect person picky please plus poor
    positive possible prefer pregnant pretty price probably problem question questions quick quite rather ready
    real really
    recently referred regarding regular reaching replying requesting returning right running sad said same saturday
    saw
    say saying scared scheduled seeing self sensitive serious service several she should shy sick since single
    skeptical
    skin small so sober some somebody someone something sometimes somewhat soon sorry spam speaking special spot
    stoked
    still stop stressed stuck student stupid such sunday super supposed sure surprised swamped sweet swollen tall
    texting
    than thank thanks that that's the tho their them then there these they thing things think thinking third thirty this
    those though three thrilled through thursday thx till time times tired to today together tomorrow tonight too
    totally
    traveling treatment trying tuesday turning twenty two tx type u ugly um uncomfortable under undecided unhappy
    unsure
    until up upset urgent us use used usually vegan very via visit visiting visitor waiting walking wanna want wanted
    wanting was way we weak wear wednesday week weekend weekends weekdays well went were what whats when whenever
    where
    whether which while white who why wife will with within without woman won't wondering working worried worth would
    wrong ya yall y'all yay yeah year years yep yes yesterday yet yo you you're young your yours yourself yup zero
    reception receptionist mornings afternoons afternoon evenings mondays tuesdays wednesdays thursdays fridays
    saturdays
    sundays mon tue tues wed weds thu thur thurs fri sat sun noon lunch midday anywhere nowhere unavailable refund
    complaint manager human agent representative website address parking location phone text message spa office team
    staff doctor's provider whoever whatever nvm nevermind none-of-your hm hmm hmmm uh uhh ugh haha hahaha lmao wow
    sup
    what's who's where's how's gracias hola por favor si quiero necesito buenos dias tardes para con una uno
    cosmetic aesthetic medical dental hair nails eyes eyebrows brows nose chin cheeks neck legs arms body wrinkles
    lines acne
    interest able unable welcome honest thankful hesitant terrified nauseous allergies broken bored fat skinny hot
    starving retired moderate certain bald divorced widowed anemic asthmatic single taken local downtown nearby
    tmrw tmr tmw tomorow tommorow tomorrow's today's fair deaf blind dead drunk high mexican american asian black
    nueva nuevo paciente cliente alergica alergico interesada interesado alguien la el su mi tu muy
    getting booking asking wanting ready-to myself himself herself fifteen sixteen seventeen eighteen nineteen eleven
    twelve ten nine eight seven six five four sixty seventy eighty hundred thousand dollars bucks units unit syringe
    """)

ENDINGS = re.compile(r"(?:ing|ed|ly|ful|less|ous|able|ible|ish|tion|ive|ness|ment|ic)$")
#: Given names with such an ending.
ENDING_NAMES = word_set("""
    sterling ming ling king ying jing ning wing bing qing ting ping fleming irving deming harding dajing xiaoming
    ahmed mohamed mohammed muhammed fred ned ted jed jared reed rasheed saeed syed waleed khaled khalid alfred wilfred
    winifred ed hamed mahmoud majed naveed javed sayed obed walid
    emily molly kelly lily sally holly billy carly polly beverly kimberly shelly ally milly elly everly willy lilly
    nelly tilly dolly reilly riley bailly wally hollly ellery gilly charly italy odily
    eric dominic frederic vic nic ludovic cedric alaric rick aleric ulric issac isaac dominik marc
    olive clive
    clement
    """)

#: Given names that are verbs as well: believed only where nothing follows that they could rule.
MODALS = frozenset({"will", "may"})
