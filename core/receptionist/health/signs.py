"""The signs of a health detail, in the words people text: whole-word patterns over the plain spelling of `spelling`.

`NAMED` stands for itself wherever it is written, but for what the clinic's own menu names. `TOLD` is somebody's
pregnancy, allergy, medicine or history, `FELT` their body, whatever the menu says. A cosmetic wish (lines, dull skin, a
cleaning) is none of them.
"""

from __future__ import annotations

import re

_CONDITIONS = r"""
    asthma\w* | diabet(?:es|ic)s? | prediabet\w+ | undetectable | hypertension |
    (?:high|low) (?:blood )?pressure | thyroid\w* |
    hashimotos? | lupus | fibromyalgia | epilep\w+ | seizures? | multiple sclerosis | parkinsons? | alzheimers? |
    dementia | neuropathy | bells palsy | myasthenia | cerebral palsy | muscular dystrophy | autoimmune | crohns? |
    colitis | celiac | coeliac | ibs | gout | arthritis | rheumatoid | osteoporosis | scoliosis | migraines? |
    (?:tmj|tmd) | sleep apnea | hepatitis | hep (?:b|c) | hiv | aids(?= |$|[.,!?;]) | stds? | stis? | herpes |
    cold sores? | fever blisters? | shingles | chlamydia | eczema | psoriasis | vitiligo | keloids? | melanoma |
    dermatitis | hidradenitis | cellulitis | mrsa | staph | ringworm | scabies | cancer(?! (?:season|sign|sun|moon)) |
    chemo\w* | radiation (?:therapy|treatments?) | oncolog\w+ | tumou?rs? | leuka?emia | lymphoma | carcinoma |
    autis\w+ | adhd | add meds | bipolar | schizophren\w+ | ptsd | ocd(?! about) | depression | anxiety |
    panic (?:attacks?|disorder) | eating disorder | anorexi\w+ | bulimi\w+ | mental (?:health|illness) | rehab |
    alcoholi(?:c|sm) | an addict | addiction | immuno ?(?:compromised|suppress\w+|deficien\w+) | ana?emi[ac] |
    ha?emophili\w+ | blood (?:clots?|disorder) | factor v | pacemaker | defibrillator |
    (?<!mini )(?<!me a )heart (?:condition|disease|murmur|failure|problems?|attack|surgery|valve|issues?|trouble) |
    afib | arrhythmia | angina |
    kidney (?:disease|failure|stones?|problems?) | dialysis | liver (?:disease|failure|problems?) | cirrhosis |
    pcos | endometriosis | menopaus\w+ | perimenopaus\w+ | uti | yeast infection | ulcers? | reflux | gerd |
    covid\w* | pneumonia | strep(?: throat)? | mono(?:nucleosis)? | tuberculosis | chicken ?pox | pink ?eye |
    body dysmorphi\w+ | glaucoma | cataracts? | macular | detached retina | copd | emphysema | cystic fibrosis |
    down syndrome | tourettes? | raynauds? | ehlers \w+ | sjogrens? | scleroderma | sarcoidosis | lyme | vertigo |
    (?:gum|periodontal) disease | gingivitis | periodontitis | dry socket | abscess\w* | bruxism |
    concussions? | cpap | lumpectomy | mastectomy | hysterectomy | appendectomy | vasectomy | tubes tied |
    gastric (?:sleeve|bypass|band) | (?:top|bottom) surgery | low iron | iron deficien\w+ | dvt | ha?emorrhoids? |
    fung(?:us|al) | warts? | pre ?cancer\w* | hot flashes | low t(?= |$|[.,!?;]) | dysphoria | canker sores? |
    (?<!hair )transplants? | (?:stomach|the) flu | immune system | deaf | hard of hearing | one kidney | pus | hives |
    meds | lactose intoleran\w+ | gluten intoleran\w+ | exposed nerve | suspicious (?:mole|spot|lump) | tonsil\w+ |
    asma | presion (?:alta|baja) | convulsiones | epilepsia | ansiedad | depresion | vih | hipertension |
    infeccion\w* | anemia | migranas? | artritis | tiroides
"""

_MEDICINES = r"""
    accutane | isotretinoin | tretinoin | retin a | spironolactone | doxycycline | minocycline | amoxicillin |
    penicillin | clindamycin | azithromycin | z pack | antibiotics? | antibioticos? | blood ?thinn?ers? | eliquis |
    xarelto | warfarin | coumadin | plavix | heparin | anticoagula\w+ | aspirin | ibuprofen | advil | motrin | aleve |
    naproxen | tylenol | acetaminophen | lexapro | zoloft | prozac | celexa | paxil | cymbalta | effexor | wellbutrin |
    lithium | seroquel | abilify | xanax | ativan | klonopin | valium | adderall | ritalin | vyvanse | concerta |
    antidepressants? | ssris? | anti anxiety | ozempic | wegovy | mounjaro | zepbound | trulicity | semaglutide |
    tirzepatide | metformin | insulin | lisinopril | losartan | amlodipine | metoprolol | atorvastatin | lipitor |
    statins? | beta ?blockers? | prednisone | cortisone | methotrexate | humira | enbrel | plaquenil | biologics? |
    tamoxifen | letrozole | keytruda | levothyroxine | synthroid | estrogen | progesterone | testosterone | hrt |
    birth control | valtrex | acyclovir | truvada | prep meds | gabapentin | percocet | vicodin | oxy(?:codone|contin) |
    norco | tramadol | suboxone | methadone | benadryl | zyrtec | claritin | albuterol | inhaler | epi ?pen\w* |
    fosamax | bisphosphonates? | antidepresivos? | insulina
"""

_MY = r"(?:my|his|her|our|their|your)"
_I = r"(?:i|im|ive|i am|i have|she|shes|he|hes|we|were|my \w+)"
_PARTS = (
    r"(?:skin|face|lips?|eyes?|eyelids?|brows?|eyebrows?|forehead|cheeks?|chin|nose|jaw|jawline|neck|throat|mouth|"
    r"tongue|gums?|tooth|teeth|molars?|ears?|head|chest|breasts?|arms?|armpits?|legs?|hands?|fingers?|feet|foot|toes?|"
    r"back|stomach|tummy|belly|knees?|hips?|shoulders?|scalp|smile|body|implant|crown|filling|stitches|bite|nerve)"
)
_HURTS = (
    r"(?:hurts?|hurting|aches?|aching|achy|throb(?:s|bing)|is killing me|are killing me|killing me|in pain|painful|"
    r"(?:really |so |very |super |a (?:bit|little|lot) )*(?:sore|tender)|bleed(?:s|ing)|bled)"
)
_SWOLLEN = (
    r"(?:swollen|swell(?:ing|ed)|numb(?:ness)?|bruis(?:ed|ing|es?)|infected|inflamed|bleed(?:s|ing)|blister\w*|"
    r"oozing|pus|lump(?:s|y)?|droop(?:y|ing|s|ed)|burn(?:ing|ed|s|t)(?! out)|itch(?:y|ing|es)|peeling off|hives|"
    r"rash\w*|"
    r"hot to the touch|hard (?:bump|lump|spot)s?)"
)
#: What is a wish before a treatment, and a worry after one.
_CHANGED = rf"(?:{_SWOLLEN}|puffy|lopsided|uneven|crooked|asymmetric\w*|discolou?red)"
_SURGERY = (
    r"(?:surger(?:y|ies)|operation|c ?section|hysterectomy|mastectomy|lumpectomy|appendectomy|bypass|transplant|"
    r"(?:knee|hip|shoulder) replacement|facelift|face lift|nose job|rhinoplasty|boob job|breast (?:implants|"
    r"augmentation|reduction|lift)|tummy tuck|lipo(?:suction)?|bbl|gastric (?:bypass|sleeve)|lasik|biopsy|stents?|"
    r"blood transfusion)"
)
_WORRIED = r"(?:normal|ok(?:ay)?|bad|concern\w*|worr\w+|wrong|supposed to|still|infected)"
_TREATED = (
    r"(?:after|since|from|following|post) (?:\w+ ){0,4}?(?:treatment|procedure|session|visit|appointment|appt|"
    r"injections?|shots?|botox|tox|fillers?|peel|laser|facial|extraction|surgery|cleaning|root canal|crown|filling|"
    r"whitening|microneedling|yesterday|last (?:week|time|night|month))"
)
_JOKES = (
    r"(?:mornings?|mondays?|waking up|getting up|early|work|bad|drama|people|my ex\w*|exes|spending|commitment|"
    r"phone calls?|math|boring|cheap|the (?:price|cost|sun|gym)|exercise|cardio|adulting|bs|bull\w*|nonsense|waiting|"
    r"traffic|small talk|voicemail|calls|mayonnaise lol)"
)

_TOLD: tuple[str, ...] = (
    # With child, or hoping to be.
    r"pregnan(?:t|cy|cies)\b(?! (?:pause|silence))",
    r"pr[ei]gg?(?:o|ers)",
    r"preggers",
    r"(?:im|i am|we are|were|shes|she is|wife is|currently) (?:also |still |now )?expecting\b(?! (?:an?|the|it|to|my|"
    r"your|you|them|that|some\w*|any\w*|more|less|guests?|company|results|calls?|good)\b)",
    r"expecting (?:a|our|my) (?:baby|child|little|first|second|third|boy|girl)",
    r"(?:trying|ttc|hoping) (?:to (?:conceive|get pregnant|have a baby)|for a baby)|ttc|ivf|conceive",
    r"(?:\d+|few|couple) (?:weeks?|wks?|months?) (?:along|postpartum|pp|pregnant)|postpartum|trimester",
    r"breast ?fe?e?d(?:ing)?|breastfed|lactat\w+|(?:still |am |im )?nursing(?= (?:my|a|the|her|him|moms?|mother)\b|$|"
    r"[.,!?;]| and\b| so\b)|nursing (?:moms?|mother)|pumping milk|breast ?milk|breast pump",
    r"had a baby|on my period|period cramps|my period (?:is|came|starts)",
    r"miscarr\w+|stillb\w+|gave birth|(?:just |recently )had (?:a|my|our|the) baby|newborn|giving birth",
    r"embaraz\w+|amamant\w+|dando (?:el )?pecho|lactancia|dar (?:el )?pecho",
    # Allergies.
    rf"allerg(?:y|ies|en\w*)|allergic\b(?! to {_JOKES}\b)|alergi[ca]\w*|anaphyla\w+",
    r"(?:reacted|reaction|sensitive|intolerant) to (?:\w+ ){0,2}?(?:lidocaine|latex|numbing|anesthesia|an?esthetic|"
    r"nickel|metal|iodine|adhesives?|epinephrine|hyaluronic|penicillin|novocaine|sulfa|eggs?|nuts|shellfish)",
    # What somebody takes.
    r"(?:my|his|her|on|take|takes|taking|took|any|some|new|prescribed|prescription(?! (?:strength|glasses|"
    r"sunglasses))|off|stop(?:ped)?|"
    r"started|certain|"
    r"other|heart|pain|blood pressure|acne) (?:\w+ )?(?:medications?|medicines?|meds|pills?|tablets?|prescriptions?|"
    r"antibiotics|steroids?|painkillers?|hormones?|supplements)\b",
    r"medications? (?:i|im|ive|that i)\b|(?:on|taking) (?:some(?:thing)? |medicine )?for my \w+|"
    r"(?:im|i am|been|was|put me) on (?:the pill|steroids|hormones|a statin)",
    r"\d+ ?(?:mg|mcg|milligrams?)|tom(?:o|ando) (?:\w+ ){0,2}(?:medic\w+|pastillas?|pildoras?)|medicamentos?",
    # What a doctor said.
    r"diagnos(?:ed|is|es|tic(?! fee| exam| visit| x))|prescribed|prescriptions?(?! (?:strength|sunscreen|grade|"
    r"glasses|sunglasses|lenses))",
    r"(?:my|the|our) (?:doctor|dr|doc|physician|pcp|cardiologist|oncologist|dermatologist|derm|ob ?gyn|obgyn|"
    r"psychiatrist|therapist|neurologist|endocrinologist|rheumatologist|surgeon|gastro\w*|urologist|allergist|"
    r"specialist|midwife) (?:\w+ ){0,2}?(?:said|says|told|thinks?|wants?|put|gave|found|recommend\w*|cleared|clear|"
    r"diagnosed|ordered|is treating|for my)",
    r"cardiologist|oncologist|psychiatrist|endocrinologist|rheumatologist|neurologist|obgyn|ob gyn",
    r"test(?:ed)? (?:results? )?(?:came back |was |were )?(?:positive|negative)|positive for|came back (?:positive|"
    r"negative|abnormal)|biops(?:y|ies)|blood ?work|lab (?:results?|work)|a1c|(?:my|an|the) (?:mri|ct scan|ekg|"
    r"ultrasound|mammogram|colonoscopy|pap smear)|viral load|(?:my|the) test results?|(?:hiv|hsv|covid) positive",
    r"(?:blood )?(?:pressure|sugar|cholesterol|bp|a1c) (?:is|was|runs|has been|gets|issues?|problems?|meds?)",
    r"\d+ (?:years?|yrs?|months?|days?) sober|sober (?:for|since)",
    # Surgery and illness, past or coming.
    r"(?:broke|broken|fractured|sprained|tore|dislocated|twisted|pulled) (?:my |a |his |her )?(?:\w+ )?(?:arm|"
    r"leg|ankle|wrist|"
    r"foot|toe|finger|rib|hip|collarbone|knee|shoulder|hand|nose|jaw|muscle|acl|meniscus|back)",
    r"my back (?:went|is|has been) (?:out|bad|killing me)|i faint\b|(?<!almost )fainted (?:last|when|at|before|during)",
    r"found a (?:lump|growth)|my moles? (?:look|is|are|changed|bleeds?)",
    r"react(?:s|ed|ing)? (?:badly|bad|terribly) to|rash from|hives from",
    r"(?:knee|hip|back|eye|foot|shoulder|heart|brain|spine|hand|wrist|sinus|thyroid|cataract|breast|bariatric|"
    r"weight loss|gallbladder|hernia|ankle|elbow|stomach) (?:surger(?:y|ies)|operation|replacement)",
    rf"(?:had|have|having|has|after|since|get|getting|got|upcoming|recent|past|previous|prior|"
    rf"recover(?:ing|ed|y) from|{_MY}|need|needs|did) (?:\w+ ){{0,3}}?{_SURGERY}(?! (?:price|cost|here|with you))",
    rf"{_SURGERY} (?:\w+ ){{0,2}}?(?:\d+|few|two|three|four|five|six|couple) (?:\w+ )?(?:days?|weeks?|months?|"
    r"years?|yrs?) ago|(?:was |been )?hospitali[sz]ed|(?:in|to|left) (?:the )?(?:hospital|icu)\b(?! (?:parking|lot))",
    r"(?:had|have|having|has|suffered|recovering from|after|since|history of|family history of|get|got|from|survived|"
    r"prone to) (?:\w+ ){0,3}?(?:strokes?|heart attacks?|seizures?|aneurysm|concussion|fractures?|blackouts?|"
    r"nose ?bleeds?|fainting)\b(?! of)",
    r"(?:have|had|got|having|has|getting|over|with|caught|recovering from|after|from) (?:a |the |bad |really |this |"
    r"nasty |my )*(?:cold|flu|fever|"
    r"virus|stomach bug|sinus infection|ear infection|infection|cough|sore throat|bug)\b(?! (?:brew|drink|"
    r"feet|call|plunge|press))",
    r"(?:my|his|her|a|our) (?:\w+ )?(?:medical|health|heart|skin|medical|kidney|liver|lung|blood|nerve) "
    r"(?:conditions?|issues?|problems?|disease|disorders?)",
    r"(?:have|had|has|with) (?:an? |some |any |other |serious |underlying |existing |preexisting |pre existing |"
    r"chronic |rare )*(?:medical|health|medical|chronic|autoimmune|bleeding|clotting|heart) "
    r"(?:conditions?|issues?|problems?|disease|disorders?|illness)",
    r"(?:pre ?existing|underlying|chronic) (?:medical |health )?(?:conditions?|illness|disease|pain)",
    r"(?:im|i am|i was|been|she is|shes|hes|he is|my (?:kid|son|daughter|baby|child|mom|mother|dad|father|wife|"
    r"husband|partner|girl|boy) is) (?:\w+ )?(?:sick(?! of)|ill|contagious|disabled|sober|"
    r"in recovery|in remission|immobile|depressed|suicidal|manic|anorexic|menopausal|nauseous|dizzy|vomiting|"
    r"throwing up|feverish|quarantin\w+|in labor)\b",
    r"(?:felt|feel|feeling|got|get) (?:really |so |very |kinda |a (?:bit|little) )*(?:dizzy|faint|nauseous|nauseated|"
    r"light ?headed|feverish|sick\b(?! of))|threw up|throwing up|vomit\w*|diarrhea|nausea",
)
_FELT: tuple[str, ...] = (
    # What hurts.
    r"tooth ?aches?|head ?aches?(?! of)|stomach ?aches?|ear ?aches?|back ?aches?|jaw ache|dolor(?:es)? (?:de|en) \w+|"
    r"me (?:duele|duelen|arde|sangra|sangran)|dolor|muela (?:picada|rota|me)|hinchad[oa]s?|sangrando|fiebre",
    rf"{_MY} (?:\w+ ){{0,3}}?{_PARTS} (?:\w+ ){{0,4}}?{_HURTS}",
    rf"(?:my|a|one|whole|entire|front|back|upper|lower|left|right|wisdom|top|bottom) (?:tooth|teeth|molars?|gums?|"
    rf"jaws?) "
    rf"(?:\w+ ){{0,4}}?{_HURTS}",
    r"(?:tooth|teeth|jaw|gum|mouth|face|eye|neck|back|nerve|chest|knee|joint|shoulder|ear|throat|head) (?:pain|ache)s?"
    r"\b(?! (?:free|less))",
    r"(?:im|i am|in|so much|lots? of|bad|severe|terrible|awful|a lot of|having|have|some|sharp|constant|the) "
    r"(?:\w+ )?(?:pain|agony)\b(?! (?:free|in the|level|management|tolerance|threshold|less))",
    r"(?:it|this|that|they) (?:still |really |also |kind of |just )*(?:hurts?(?! (?:my wallet|to (?:pay|ask)))|throbs?|"
    r"aches?)\b(?= (?:so|really|when|if i|bad|a lot|to (?:chew|bite|smile|eat|touch|swallow|talk)|like|now|right|on|"
    r"still)\b|[.,!?; ]*$)",
    r"hurt(?:s|ing)? (?:to|when i) (?:chew|bite|swallow|eat|drink|smile|talk|touch)|gums? (?:\w+ )?bleed\w*",
    r"swollen (?:gums?|face|lips?|eyes?|jaw|glands?|cheeks?|tongue|ankles?)|(?:feels?|looks?|its|is|"
    r"think its) infected",
    r"(?:tooth|teeth|molar) (?:is |are |feels? |so |really |very )*(?:loose|sensitive)|jaw (?:\w+ )?(?:locks?|locked|"
    r"clicks?|pops?|clicking|popping)",
    # After a treatment.
    rf"(?:{_MY}|the|one|both|left|right|one side of my) (?:\w+ ){{0,3}}?{_PARTS} (?:\w+ ){{0,5}}?{_SWOLLEN}",
    rf"{_I} (?:\w+ ){{0,2}}?(?:have|has|had|got|getting|see|seeing|notice\w*|am|feel|feeling|still|was|developed) "
    rf"(?:\w+ ){{0,4}}?{_SWOLLEN}",
    rf"{_I} (?:\w+ ){{0,2}}?(?:still |so |very |really |super )(?:\w+ )?{_SWOLLEN}",
    rf"(?:this|that|these|it|its|still|the|so much|a lot of|"
    rf"some) (?:\w+ ){{0,3}}?{_SWOLLEN} (?:\w+ ){{0,4}}?{_WORRIED}",
    rf"{_WORRIED} (?:\w+ ){{0,5}}?{_SWOLLEN}(?! (?:lines?|ones?))",
    rf"(?:{_CHANGED}|red(?:ness)?|sore|pain\w*|hurt\w*|sick|fever|bleeding) (?:\w+ ){{0,5}}?{_TREATED}",
    rf"{_TREATED} (?:\w+ ){{0,6}}?(?:{_CHANGED}|redness|sore|pain\w*|hurts?|fever|sick|bleeding|red)\b",
    rf"{_SWOLLEN} (?:\w+ ){{0,3}}?(?:where|near|by) (?:\w+ ){{0,3}}?(?:injected|injection|needle|you|they)|"
    rf"it (?:itches|"
    r"oozes|burns|throbs)",
    rf"(?:my|the) (?:botox|tox|fillers?|peel|lips?|face|stitches|extraction|implant|crown) (?:\w+ ){{0,4}}?"
    rf"(?:{_SWOLLEN}|infected|bleeding|got infected|hurts?)",
    rf"swelling (?:up|down)|still (?:\w+ )?{_SWOLLEN}|{_SWOLLEN} (?:so |really )?(?:bad(?:ly)?|worse)|(?:got|gotten|"
    r"getting) (?:\w+ )?infected|infected (?:tooth|gum|piercing|area|spot)|stinks? and|smells? (?:bad|infected)",
)

#: Patterns whose list may go on behind an "and": "allergic to latex and lidocaine", "I take Advil, Zoloft and Xanax".
LISTS = re.compile(
    r"\b(?:allergic to|allergy to|allergies|take|taking|on|have|had|has|history of|diagnosed with|alergic[oa] a)\b"
)


def _any_of(table: str) -> str:
    return "|".join(one.strip() for one in re.sub(r"\s*\n\s*", " ", table).split(" | ") if one.strip())


NAMED = re.compile(rf"\b(?:{_any_of(_CONDITIONS)}|{_any_of(_MEDICINES)})(?!\w)")
TOLD = re.compile("|".join(rf"\b(?:{sign})(?!\w)" for sign in _TOLD))

FELT = re.compile("|".join(rf"\b(?:{sign})(?!\w)" for sign in _FELT))

#: A question of somebody who has nothing yet: how much a treatment hurts, what it does to a face.
_ASKS = (
    r"(?:does|do|will|would|can|could|might|may|is there|are there|whats?|how|any|if|scared|afraid|nervous|worried|"
    r"without|minimi[sz]e|avoid|prevent|less|no|not|doesnt|wont|dont)"
)
_SYMPTOM = (
    r"(?:hurt\w*|pain\w*|swell\w*|swollen|bruis\w*|numb\w*|bleed\w*|sore\w*|red(?:ness)?|peel\w*|itch\w*|burn\w*|"
    r"side effects?|droop\w*|lump\w*|uneven|puffy|rash|infect\w+|ache\w*)"
)
GENERAL = re.compile(rf"\b{_ASKS}\b.*\b{_SYMPTOM}\b|\b{_SYMPTOM}\b.*\b(?:last|expect|go away|wear off)\b")
#: Somebody's own body is in it, now.
OWN = re.compile(
    r"\b(?:i (?:have|had|got|feel|am|was|see|noticed)|im (?!(?:scared|afraid|nervous|worried|curious|wondering|"
    r"just)\b)|"
    r"ive|mine|still|now|today|yesterday|this morning|last (?:night|week|time)|started|normal|since|"
    r"(?<!will )(?<!would )(?<!make )(?<!on )(?<!to )(?<!for )my (?!first|appointment|appt|botox|visit|consult\w*|"
    r"wallet))\b"
)
