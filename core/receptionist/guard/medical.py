"""What only a provider may say, in person: how harmless something is, what it is, what to do or take, whom it suits.

A false alarm costs a draft, a miss may cost the patient's health, so patterns lean to the safe side.
"""

from __future__ import annotations

import re

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import sentences
from core.receptionist.guard.patterns import any_of, words
from core.receptionist.guard.verdict import Rule

_QUITE = (
    r"(?:(?:very|totally|perfectly|completely|quite|all|just|absolutely|entirely|pretty|usually|generally|really|"
    r"actually|probably|fairly|super|extremely|so|also|still|relatively|considered|most likely|often|typically) )*"
)
_MEDICINE = words("""
    ibuprofen | advil | motrin | tylenol | acetaminophen | paracetamol | aspirin | naproxen | aleve | benadryl
    antihistamine | antibiotic | arnica | hydrocortisone | cortisone | steroid | painkiller | pain ?killer
    pain reliever | pain relief | pain med | pain meds | pain medication | valtrex | valacyclovir | amoxicillin
    penicillin | nsaid | zyrtec | claritin | lidocaine | numbing cream | oragel | orajel | anbesol | clove oil
    bromelain | hyaluronidase | hylenex | blood thinner | warfarin | xanax | valium | vicodin | oxycodone | codeine
    neosporin | vaseline | aquaphor | bacitracin | peroxide | retinol | retin-a | tretinoin | accutane | isotretinoin
    melatonin | st john's wort | vitamin e | fish oil | magnesium | over-the-counter | otc | turmeric | saltwater
    anti-inflammatory | anti-inflammatories | ozempic | finasteride | prednisone | doxycycline | clindamycin
""")
_ILLNESS = words("""
    infection | infected | allergic | allergy | abscess | bruise | bruising | inflammation | cellulitis | necrosis
    occlusion | hematoma | reaction | cavity | cavities | gingivitis | dry socket | ptosis | rash | sinus | sinusitis
    concussion | migraine | stroke | gum disease | periodontitis | nerve damage | nerve pain | granuloma | edema
    eczema | rosacea | melasma | psoriasis | dermatitis | hives | herpes | cold sore | tmj | bruxism | pulpitis
    decay | fracture | blocked vessel | vascular | flare-?up | side effect | complication | ulcer | acne | milia
""")
_CONDITION = words("""
    pregnant | pregnancy | breastfeeding | breast-feeding | nursing | diabetic | diabetes | epilepsy | autoimmune
    lupus
    keloid | heart condition | heart disease | blood pressure | cancer | chemo | chemotherapy | hiv | hepatitis
    asthma
    blood thinner | blood thinners | medical condition | medication | meds | immune disorder | eczema | psoriasis
    trying to conceive | allergic | allergies | allergy | sensitive skin | pacemaker | thyroid
""")
_SYMPTOM = words("""
    swelling | redness | bruising | bruise | soreness | tenderness | bump | lump | pain | discomfort | itching
    tingling
    numbness | bleeding | oozing | peeling | dryness | tightness | headache | drooping | asymmetry | fever
    sensitivity
    throbbing | ache | aching | burning | scab | scabbing | flaking | breakout | symptom | that | it | this | they
""")
_PROVIDER = r"(?:provider|dentist|doctor|clinician|nurse|injector|hygienist|specialist|team|physician)s?"

#: Of how a patient is, only sympathy is said, and who will look at it.
_BODY = words("""
    swelling | swollen | bruise | bruising | bruised | redness | soreness | sore | tender | tenderness | itch
    itching
    itchy | rash | bleed | bleeding | fever | pus | numb | numbness | heal | healing | recovery | downtime | scab
    lump | blister | pain | painful | painless | hurt | ache | aching | symptom | nerve | discomfort | sting
    stinging
    burning | inflamed | inflammation | throbbing | peeling | flaking | drooping | puffy | puffiness | your body
    immune | side effect | complication | sensitivity | dizzy | nausea | headache
""")
_REASSURES = any_of(
    r"\b(?:most|many|all|other) (?:people|patients|clients|folks) (?:\w+ )?(?:are|feel|do|were) (?:\w+ )?(?:fine|ok|"
    r"okay|well|great|good|back)\b",
    r"\b(?:everyone|everybody|most of us|all of us|moms|people|(?:lots|plenty) of \w+) gets? (?:that|this|it)\b|"
    r"\bbest of us\b|\bno biggie\b|\b(?:sort|fix|heal|resolve|correct)s? itself\b|\b(?:wouldn't|won't|shouldn't|"
    r"don't have to|not) (?:\w+ )?worry\b|\b(?:it|this|that)(?:'ll| will| should| too shall) pass\b|\b(?:supposed|"
    r"meant|going) to (?:look|feel|be like|do that|happen)\b|\b(?:what|as|exactly what|just what) (?:we|you|i|"
    r"one)(?:'d| would) expect\b|\b(?:doesn't|don't) (?:sound|look|seem|appear) (?:\w+ )?(?:serious|bad|like|worrying|"
    r"wrong|infected|dangerous|urgent|too)\b|\bnothing (?:unusual|out of the ordinary|wrong|major|strange|bad|"
    r"abnormal)\b|\b(?:ordinary|normal|standard|textbook|routine) (?:stuff|thing|response|healing|reaction|part)\b",
    r"\b(?:sure|think|believe|bet|says?|said|guess|know|confident|feel|fairly|pretty) (?:that )?(?:it|that|this|you|"
    r"everything|all)(?:'s|'ll be| is| will be|'re) (?:\w+ )?(?:fine|ok|okay|alright|good|nothing|safe|normal|great|"
    r"healing|harmless)\b|\b(?:everything|it|that|this|all) (?:looks|sounds|seems|appears) (?:\w+ )?(?:good|great|"
    r"fine|right|okay|ok|normal|healthy) (?:from|based|to me|to us|so far|on)\b|\bbreathe easy\b|\bbody is\b|"
    r"\b(?:gets?|see|hear) this all the time\b|\b(?:don't|doesn't|no) need(?: \w+)? (?:to )?(?:see|call|visit|contact|"
    r"go to) (?:a |an |the |your )?(?:doctor|dentist|provider|er\b|anyone|anybody|somebody|nurse|emergency|hospital|"
    r"911)",
    r"\bes (?:normal|seguro|comun|natural)\b|\bno (?:se preocupe|te preocupes|pasa nada|es grave|duele)\b|"
    r"\btotalmente (?:normal|seguro)\b|\b(?:se le va a|va a|se) (?:pasar|quitar|curar|bajar)\b",
    rf"\b(?:is|are|'s|'re|was|sounds?|looks?|seems?|be|feels?|being|as|all|that|and|quite|perfectly) {_QUITE}"
    r"(?:normal|to be expected|expected (?:after|with|at|and)|par for the course|harmless|benign|painless|pain-free|"
    r"risk-free|side-effect-free|non-?toxic|well[ -]tolerated|a good sign|a healthy sign|part of (?:the )?(?:healing|"
    r"process|recovery)|no cause for|temporary and)\b(?! (?:hours|business|price|schedule|time|cleaning|appointment))",
    rf"(?:\b(?:is|are)|'s|'re) {_QUITE}(?:common|typical|natural|routine|mild|minor|minimal|temporary)\b"
    r"(?! (?:question|request|concern to|choice|treatment|price|visit|service|day|hours))",
    r"\b(?:perfectly|totally|completely|absolutely|entirely) (?:normal|safe|fine|common|natural|painless|ok|"
    r"okay)\b(?! (?:to|for us|with us|if you|by text))",
    r"\b(?:nothing|no need|no reason|no cause|not (?:some|any)thing|isn't (?:some|any)thing|don't need|not a reason|"
    r"no (?:real )?cause for|no reason for) (?:to |for )?(?:you to )?(?:worry|worried|be (?:concerned|worried|alarmed|"
    r"scared|afraid|nervous)|panic|alarm|concern|fret|stress|fear)\b",
    r"\b(?:don't|needn't|try not to|never|please don't|without) (?:you )?(?:worry|panic|stress|fret|fear|"
    r"be (?:alarmed|concerned|worried|scared|nervous|afraid))\b(?! about (?:the |your |a |any )?(?:parking|paperwork|"
    r"forms?|insurance|deposit|time|cost|price|directions?))",
    r"\b(?:nothing|not|isn't|aren't|hardly|rarely) (?:\w+ )?(?:serious|dangerous|worrisome|worrying|concerning|"
    r"harmful|alarming|an emergency|a concern|a big deal|an issue medically)\b",
    r"\byou(?:'ll| should|'re going to| 're gonna| may| will) (?:\w+ )?(?:be|heal|feel|recover|look) (?:just |"
    r"totally |perfectly |completely |absolutely |all |back to )*(?:fine|ok|okay|alright|right|great|better|"
    r"normal(?:ly)?|good|quickly|fast|amazing|fantastic|beautiful|gorgeous|years? younger|nothing|no pain)\b",
    rf"(?:{_SYMPTOM}|\busually|\bnormally|\btypically|\boften|\bshould|\bwill|'ll) (?:will |should |usually |"
    rf"typically |"
    r"normally |tends? to |often |goes? |just |soon |likely |probably |most likely |all |eventually |gradually |"
    r"completely |generally )*(?:go away|goes away|subsides?|resolves?|clears? up|settles?(?: down)?|heals?|fades?|"
    r"calms? down|improves?|eases?|wears? off|disappears?|dissolves?|gets? better|goes? down|pass(?:es)? (?:soon|in|"
    r"by|on))\b",
    r"\b(?:no|0|zero|without any|minimal|little(?: to no)?|hardly any|barely any|very few|low|"
    r"virtually no) (?:\w+ )?(?:risks?|side[ -]effects?|danger|downtime|pain|discomfort|recovery(?: time)?|"
    r"complications?|bruising|swelling)\b",
    rf"(?:\b(?:it|this|that|they|these|\w*botox|dysport|fillers?|treatments?|procedures?|lasers?|peels?|microneedling|"
    rf"whitening|implants?|x-rays?|anesthesia|nitrous|products?)(?:'s| is| are|'re)|\bis|\bare|'s|'re) {_QUITE}"
    r"(?:safe|painless|gentle|risk[- ]free|harmless|effective|fda)\b",
    rf"\bsafe for you\b|\b(?:safe|fine|okay|ok|good) (?:for your skin|for (?:all|every|most|any) (?:skin|patients?|"
    rf"people)|(?:to (?:get|have|use|do|take|receive) \w+ )?(?:during|while|if you're|when you're|with (?:a |an |"
    rf"your )?) ?{_CONDITION})",
    r"\b(?:doesn't|won't|don't|didn't|shouldn't|not gonna|isn't going to|never) (?:\w+ )?(?:hurt|be painful|sting|"
    r"scar|feel (?:a thing|anything|much)|cause any|be noticeable|leave (?:a )?(?:marks?|scars?))\b",
    r"\b(?:isn't|aren't|not) (?:\w+ )?(?:painful|risky|invasive|permanent damage|contagious|infected|abnormal|unusual|"
    r"uncommon|unsafe|harmful|bad for you|an infection|a reaction)\b",
    r"\b(?:barely|hardly|scarcely) (?:feel|felt|hurts?|notice)\b|\b(?:slight|little|quick|small|tiny|mild) (?:pinch|"
    r"sting|poke|prick|discomfort)\b|\b(?:quick and|virtually|nearly|almost|completely|totally) (?:easy|painless)\b",
    r"\b(?:good|safe|best|expert|capable) hands\b|\brest assured\b|\bpeace of mind\b|\byou have nothing to\b",
    r"\b(?:sounds|looks|seems|appears) (?:\w+ )?(?:fine|healthy|good to me|okay|ok to me|like (?:it's|you're|normal|"
    r"a normal|healing|nothing))\b",
    r"\b(?:happens|happen) (?:to (?:a lot|many|most|everyone|lots)|all the time|(?:quite |pretty )?often|"
    r"sometimes after|a lot)\b|\b(?:most|many|lots of) (?:people|patients|clients) (?:experience|have|get|feel|notice|"
    r"see|tolerate|heal|recover|report|return|find|bounce)\b(?! (?:back|to us|questions|a question|asked))",
)
_DIAGNOSES = any_of(
    rf"\b(?:you (?:have|probably have|may have|might have|likely have|could have|must have|'re having)|(?:sounds|"
    rf"looks|seems|feels|appears)(?: a lot| more| kind of| to be)*(?: like)?|(?:it|this|that)(?:'s| is| could be|"
    rf" may be| might be| can be| must be|'ll be)|it's likely|likely|probably|possibly|signs? of|caused by|due to|"
    rf"case of|suggests?|indicates?|means) (?:(?:you have|likely|probably|possibly|just|only|an?|some|mild|minor|"
    rf"a bit of|a little|slight|the start of|early|from|your) )*{_ILLNESS}",
    r"\b(?:i|we)(?:'d| would|'ll|'m)? (?:diagnos\w+|prescrib\w+)\b|\bmy diagnosis\b|\bdiagnosis is\b",
    r"\b(?:that|this|it)(?:'s| is) (?:usually |often |probably |likely |typically )*(?:caused by|because of (?:the|"
    r"your) (?:filler|botox|treatment|nerve|tooth|skin|swelling)|from the (?:injection|needle|filler|treatment))\b",
)
_TREATS = any_of(
    rf"\b(?:take|taking|use|using|apply|applying|try|trying|continue|skip|skipping|have|stop|stopping|alternate|"
    rf"pop) (?:\w+ ){{0,4}}?(?:{_MEDICINE}|(?:medications?|medicines?|meds|prescriptions?)\b|(?:\d+ )?(?:tablets?|"
    rf"pills?|capsules?|doses?)\b)",
    r"\b\d+(?:\.\d+)?\s?(?:mg|mcg|milligrams?|micrograms?|iu|cc|ml)\b(?! (?:syringe|of filler))",
    r"\b(?:every \d+(?:\s?(?:-|to)\s?\d+)? hours|\d+ times (?:a|per) day|(?:once|twice|3x|2x) (?:a day|daily|"
    r"per day))\b",
    r"\b(?:apply|put|use|try|hold|press|place|wrap|add|do|with|an?) (?:some |an? |gentle |firm |"
    r"light )*(?:ice(?: packs?)?|(?:cold|cool|warm|hot) (?:salt ?water|compress(?:es)?|packs?|water|cloth|towel)|"
    r"heat(?:ing pad)?|pressure|ointment|moisturi[sz]er|sunscreen|spf|salt ?water|aloe(?: vera)?|cold pack|gauze|"
    r"tea bags?|numbing|topical|lotion|cream)\b",
    r"\byou (?:can|could|may|should|might|'d|'re able to|'re ok to|'re fine to|'re good to) (?:still |also |just |"
    r"even )?(?:safely|continue|stop|keep) (?:\w+ing\b|to\b|your|using|taking|it)?",
    r"\b(?:you )?(?:should|shouldn't|need to|must|can|can't|may|make sure to|be sure to|remember to|try to|want to|"
    r"please|also|and|or|just|then|first|try) (?:also |just |gently |not |always |still )*(?:massage|drain|squeeze|"
    r"pop|rinse|swish|gargle|elevate|ice|rub|scratch|exfoliate|moisturi[sz]e|hydrate|fast|floss around|brush gently|"
    r"wash gently|chew|sleep (?:on|with|upright)|lie (?:down|flat|on)|lay (?:down|flat)|work ?out|exercise|"
    r"drink (?:alcohol|plenty|lots|water|coffee)|smoke|sunbathe|tan|shower|swim|fly|eat (?:soft|before|normally)|"
    r"wear make-?up)\b",
    r"(?:^|[.!?,;:-] ?|\b(?:and|or|then|first|just|please) )(?:massage|rinse|elevate|ice|gargle|swish|hydrate|"
    r"rest and|keep (?:it|the area|your (?:head|face|skin|lips|mouth)) (?:\w+)|stay (?:out of the sun|hydrated|"
    r"upright)|drink (?:plenty|lots|water)|eat soft|sleep (?:on|with))\b",
    r"\b(?:avoid(?:ing)?|refrain from|stay away from|hold off on|cut back on|steer clear of|lay off|keep away from)\b",
    r"\b(?:recommended|correct|right|usual|normal|maximum|typical|standard) (?:dosage|dose|amount|number of units)\b|"
    r"\b(?:dosage|dose) (?:is|of|should|would)\b",
)
_SUITS = any_of(
    r"\byou(?:'d|'ll| would| may| might| should| definitely| probably)? qualify\b",
    r"\b(?:i|we)(?:'d| would) (?:go (?:for|with)|choose|pick|do|get|opt for|start with|avoid|wait)\b|"
    r"\bif i were you\b|\bmy (?:advice|recommendation|suggestion)\b|\b(?:what|all|exactly what|just what) you need\b|"
    r"\b(?:half|quarter|full|whole|single|1|one) (?:a |an |of an? )?(?:syringe|vial|unit|tablet|pill)s? (?:is|would|"
    r"will|should|'d|'ll)\b|\b(?:ideal|perfect|great|best|good|right) for (?:those|these|that|deep|fine|thin|dry|"
    r"your) \w+",
    r"\byou(?:'re|'d be| would be| sound like| seem like| look like|'ll be| may be| might be|"
    r" could be)(?: \w+)? (?:an? )?(?:\w+ )?(?:candidate|fit for|match for|eligible|suitable|cleared|good to go|"
    r"safe to|ok to|okay to|fine to|able to (?:get|have) (?:it|botox|filler|the treatment))\b",
    r"\b(?:perfect|ideal|great|excellent|best|good|better|right|suitable|amazing|wonderful|recommended|safe|"
    r"fantastic) (?:\w+ )?(?:for (?:your (?:skin|face|lips|age|teeth|smile|case|situation|needs|concern|type|goals)|"
    r"that\b(?! (?:day|week|time))|those (?:lines|wrinkles|spots)|(?:treating|someone|people|anyone)|(?:wrinkles|"
    r"lines|acne|scars|pores|dull|tired|fine))|choice (?:for|to|if)\b|option (?:for|to)|solution|treatment for|"
    r"fit for|candidate|bet is|way to (?:treat|fix|get rid))",
    r"\b(?:i|we)(?:'d| would|'ll)? (?:highly |definitely |strongly |always |usually |often |typically |really |"
    r"personally )*(?:recommend|suggest|advise)\b(?! (?:booking|arriving|calling|coming in|texting|a consultation|"
    r"a visit|that our|a quick call|a time|a few times))",
    r"\byou(?:'ll| should|'d| would| may| might| probably| likely| definitely| don't| only|"
    r" just)? (?:\w+ )?need(?: \w+)? (?:about |around |at least |up to |roughly |some |an? |to (?:get|have|do|"
    r"treat) )*(?:\d+ (?:units?|syringes?|sessions?|treatments?|visits?)|units?|syringes?|sessions?|botox|filler|"
    r"crown|root canal|filling|extraction|implant|antibiotics?|more|touch-?up|surgery|treatment)\b",
    r"(?<!we can )(?<!we can absolutely )(?<!happy to )(?<!love to )\b(?:works?|helps?|does|do|performs?) (?:really |"
    r"very |so |extremely |particularly |especially |quite )*(?:well|best|great|wonders?|beautifully|amazingly|"
    r"perfectly)? ?(?:for|on|with|to (?:reduce|smooth|treat|fade|minimi[sz]e|improve|tighten|plump)|"
    r"against) (?:\w+ )?(?:wrinkles|lines|acne|scars?|scarring|pores|spots|skin|redness|texture|sensitive|pigment\w*|"
    r"melasma|rosacea|your (?:skin|face|lips|teeth|lines|concern|goals)|pain|those lines|swelling|migraines|grinding)",
    r"\b(?:would|will|'ll|'d|can|could|should) (?:definitely |really |also |likely |probably )*(?:help (?:your|"
    r"you look|reduce|smooth)|treat|fix|cure|correct|smooth|reduce|minimi[sz]e|improve|plump|tighten|lift|erase|"
    r"remove|eliminate|get rid of|clear|fade|heal|suit you|benefit you)\b(?! (?:you out|the hair|time|that by|(?:our|"
    r"the) team|you with|with (?:that|booking|scheduling|any|a time)|your (?:questions?|visit|booking|request)|"
    r"the (?:wait|paperwork|form)))",
    r"\byou(?:'re| are) (?:too young|too old|old enough|not a candidate|at risk|at low risk)\b|\byou can't have\b",
)
#: Of a treatment; "which day is best for you?" asks of days.
_SUITS_YOU = re.compile(
    r"\b(?:perfect|ideal|great|excellent|best|good|right|suitable|safe|made|meant) (?:\w+ )?for you\b"
)
#: A sentence that leaves the answer to a person.
_DEFERS = re.compile(
    rf"\b{_PROVIDER} (?:\w+ )?(?:decides?|answers?|has to|have to|needs? to|would need|will need|can (?:answer|tell|"
    rf"go|talk|look|decide|advise|best)|will (?:go|talk|look|tell|decide|see|let|discuss|answer)|should|knows?|"
    rf"see[s]?)\b|\b(?:for|up to|with|by|ask|from|to) (?:a|an|the|our|your) {_PROVIDER}\b|\bprovider to decide\b|"
    rf"\bin person\b|"
    r"\b(?:isn't|not|aren't|can't) (?:\w+ ){0,4}(?:by|over|via) text\b"
)
_PERMITS = re.compile(
    r"\b(?:can|could|may|fine|ok|okay|safe|safely|problem|issue|good|great|works?|eligible|suitable|yes|sure|still|"
    r"shouldn't|should|avoid|wait|no need|allowed|fear|treat|obstacle|barrier|matters?|doable|possible|interact|"
    r"recommend\w*|absolutely|definitely|welcome|unaffected)\b"
)
_SYMPATHISES = re.compile(
    r"\b(?:sorry|apologi[sz]e|hope|call (?:us|our|\(?\d|911)|(?:team|someone|somebody|person|provider|dentist|"
    r"clinician)\b.{0,40}\b(?:call|look|contact|get back|reach|see)|in pain)\b"
)
_BODIES = re.compile(_BODY)
_CONDITIONS = re.compile(_CONDITION)
_MEDICINES = re.compile(_MEDICINE)


def medical(low: str, on: Ground) -> Rule | None:
    """Reassurance or advice in a folded text. Instructions in the clinic's own words may be repeated as they stand."""
    if _REASSURES.search(low):
        return Rule.REASSURANCE
    if _DIAGNOSES.search(low):
        return Rule.ADVICE
    for sentence in sentences(low):
        if sentence.strip() in on.words:
            continue
        if any(found.group() not in on.words for found in _SUITS.finditer(sentence)) or (
            _SUITS_YOU.search(sentence) and not sentence.endswith("?")
        ):
            return Rule.ADVICE
        if _TREATS.search(sentence) or any(found.group() not in on.words for found in _MEDICINES.finditer(sentence)):
            return Rule.ADVICE
        if _CONDITIONS.search(sentence) and _PERMITS.search(sentence) and not _DEFERS.search(sentence):
            return Rule.ADVICE
        if _tells_of_the_body(sentence, on):
            return Rule.REASSURANCE
    return None


def _tells_of_the_body(sentence: str, on: Ground) -> bool:
    """Says how a body is or heals, without sympathy, a person who looks at it, or the clinic's own words."""
    if _SYMPATHISES.search(sentence) or _DEFERS.search(sentence):
        return False
    return any(found.group() not in on.words for found in _BODIES.finditer(sentence))
