"""The signs of an emergency, in the words people text: whole-word patterns over the plain spelling of `spelling`.

Gravest kind first. A pattern names what is wrong with somebody, not a topic: "chest pain" and not "chest", a lip that
*turned* white and not pale skin. Look-alikes that taught us a limit stand in the tests.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Emergency(StrEnum):
    """The kinds of signs, for the trace; never for the patient."""

    SELF_HARM = "self_harm"
    BREATHING = "breathing"
    CHEST = "chest"
    STROKE = "stroke"
    ALLERGY = "allergy"
    OVERDOSE = "overdose"
    VISION = "vision"
    CIRCULATION = "circulation"
    COLLAPSE = "collapse"


_CANT = r"(?:cant|couldnt|unable to|not able to|can (?:barely|hardly)|barely|hardly)"
_THEIR = r"(?:my|our|his|her|the|their)"
_ONE = r"(?:my |the |our |his |her |their |one |left |right |both |all )"
_THEMSELVES = r"(?:myself|himself|herself|themsel\w+)"
_WANT = (
    r"(?:wants?|wanna|going|gonna|need|about|ready|plan(?:ning)?|thinking|thoughts?|urges?|tempted|feel like|"
    r"might|will)"
)
_TROUBLE = r"(?:trouble|difficult(?:y|ies)|problems?|hard time|struggl(?:e|es|ing)|issues?)"
_OFTEN = (
    r"(?:is |are |was |were |has |have |had |just |really |so |very |all |both |now |a (?:bit|little) |kinda |still )"
)
_GOES = r"(?:feels? |looks? |seems? |keeps? |got |gets |gone |went |getting |going |turned |became |started |suddenly )"
_SWELLS = r"(?:swell(?:ing|s|ed)?|swollen|clos(?:ing|ed|es)|tight(?:ening)?|thick)"
_EYESIGHT = r"(?:vision|eyesight|sight)"
_NOT_CARE = r"(?! (?:board|insurance|plan|coverage|benefits?|statement|care|exams?|tests?|correction|center|app)\b)"
_DIM = r"(?:blurr?y|blurr?ed|blurring|double|black|dark|gone|going|fading|foggy|cloudy|tunnel|dim|disappearing)"
_LIMB = r"(?:arms?|legs?|(?:left|right) (?:arm|leg|side|hand)|one side|half|body)"
_LIMP = r"(?:droop(?:s|ing|y|ed)?|numb|weak|paraly[sz]ed|sagging|limp)"
_PILLS = (
    r"(?:pills?|tablets?|medications?|medicine|meds|painkillers?|tylenol|ibuprofen|advil|xanax|ativan|oxy\w*|percocet|"
    r"vicodin|hydrocodone|valium|lidocaine|benadryl)"
)
_SKIN = r"(?:skin|lips?|nose|cheeks?|chin|forehead|face|areas?|spots?|patch(?:es)?|fingers?|toes?|tongue|ears?)"
_TIPS = r"(?:lips?|fingers?|fingertips|toes|tip of (?:my )?nose|tongue)"
_PALE = r"(?:white|paler?(?! (?:pink|red|brown))|blu(?:e|ish)|gr[ae]y(?:ish)?|dusky|mottled|blotchy|blanch(?:ed|ing)?)"
_TURNS = (
    r"(?:turn(?:s|ed|ing)?|went|go(?:es|ing|ne)|becom(?:es|ing)|became|getting|gotten|got|started (?:turning|going))"
)
_TREATED = (
    r"(?:(?:after|since|following|from|had|got|around|near|where)\b(?: \w+){0,4}? "
    r"(?:fillers?|injections?|injected|shots?|syringes?|treatment))"
)

_SIGNS: dict[Emergency, tuple[str, ...]] = {
    Emergency.SELF_HARM: (
        rf"(?:kill(?:ing)?|unalive|hang(?:ing)?|shoot(?:ing)?) {_THEMSELVES}\b(?! (?:laughing|with laughter))",
        rf"{_WANT} (?:to |of |about )*(?:hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?) {_THEMSELVES}",
        rf"(?:been |keep |started? )(?:cutting|hurting|harming) {_THEMSELVES}",
        r"suicid(?:e|al)\b(?! (?:squad|prevention|doors?|awareness))",
        r"self ?harm(?:ing)?",
        rf"(?:cut|hurt|harmed|burned) {_THEMSELVES} on purpose",
        r"end(?:ing)? (?:my|his|her|their|it) (?:own )?(?:life|all)",
        r"(?:wants?|wanna|wish i could|hoping) (?:to )?die\b(?! (?:my|her|his|the|them|it|laughing|for|of)\b)",
        r"(?:dont|doesnt|do not) (?:want|wanna) (?:to )?(?:live|be alive|be here|exist|wake up) any ?more",
        r"(?:dont|doesnt|do not) (?:want|wanna) (?:to )?(?:live|be alive|exist|wake up)(?=[ ,.!?]*$|[,.!?])",
        r"no (?:reason|point) (?:to|in) liv(?:e|ing)",
        r"better off (?:dead|without me)",
        r"wish i (?:was|were) dead",
        r"(?:want to|wanna|gonna|going to|will|ima) kms",
        r"(?:quiero|voy a) (?:morir\w*|matarme|suicidarme)",
        r"me (?:quiero (?:morir|matar)|voy a matar)",
        r"(?:quiero morirme|quitarme la vida|ya no quiero vivir)",
        r"(?:slit|cut|cutting|slitting) (?:my|his|her) wrists?",
        r"(?:dont|doesnt) (?:want|wanna) (?:to )?live no more",
    ),
    Emergency.BREATHING: (
        rf"{_CANT} (?:even )?(?:breathe?|get (?:any |enough )?air|catch my breath)",
        rf"{_TROUBLE} (?:with |in |to |when )?(?:{_THEIR} )?breath(?:e|ing)?",
        r"(?:hard|harder|difficult|tough|hurts|painful) (?:for (?:me|him|her) )?to breathe?",
        r"short(?:ness)? of breath",
        r"catching (?:my|his|her) breath",
        r"(?:not|stopped|isnt|stops) breathing",
        r"(?:hes|shes|he|she|baby|im) (?:is |are |was )?(?:turning|going|went) (?:all )?(?:blue|purple)",
        r"breathing (?:is |has |feels? )?(?:getting |gotten |become )?"
        r"(?:stopped|hard(?:er)?|worse|difficult|funny|weird)",
        r"gasping\b(?! at)",
        r"wheez(?:ing|y)",
        r"suffocating",
        r"(?:am|im|is|was|started|keeps?|he|she|shes|hes) choking\b"
        r"(?! on (?:the|these|those|that|your) (?:prices?|costs?|bill))",
        r"no puedo respirar",
        r"me cuesta (?:mucho )?respirar",
        r"me (?:ahogo|asfixio|falta el aire)",
        r"no respira",
    ),
    Emergency.CHEST: (
        r"chest (?:pains?|pressure|tightness|heaviness|discomfort|cramps?)",
        rf"(?:pains?|pressure|tightness|heaviness|tightening|squeezing) (?:in|on|across) (?:{_THEIR} )?chest",
        rf"chest (?:{_OFTEN}|{_GOES})*(?:hurts|hurting|aches|aching|tight|tightening|heavy|pounding|burning)",
        r"(?:my|his|her) chest (?:really |has started to |started to )?hurt",
        r"(?:having|had|is this|think its|maybe) (?:a )?heart ?attack",
        r"(?:me|le) (?:esta )?(?:dando|dio) un (?:infarto|ataque al corazon|derrame)",
        r"heart (?:is |was |keeps |wont stop )?(?:racing|pounding|fluttering)\b(?=.*\b(?:dizzy|breath|after|"
        r"since|faint)\b)",
        r"heart attack (?:symptoms|signs)",
        r"dolor (?:de|en el) pecho",
        r"me duele el pecho",
    ),
    Emergency.STROKE: (
        r"(?:having|have|had|is this|think its|maybe) (?:a )?(?:mini )?stroke\b(?! of)",
        r"stroke (?:symptoms|signs)",
        r"slurr?(?:ed|ing|s)?",
        r"(?:cant|unable to|trouble|difficulty|hard to) (?:speak(?:ing)?|talk(?:ing)?) "
        r"(?:properly|clearly|right(?=[ ,.!?]*$)|straight|normal(?:ly)?)",
        r"cant (?:get|form|find) (?:my |the |any )?words",
        rf"(?:one|left|right|half|other) (?:side )?(?:of )?(?:{_THEIR} )?(?:face|body|arm|leg)(?: side)? "
        rf"(?:{_OFTEN}|{_GOES}|completely )*{_LIMP}",
        rf"face (?:{_OFTEN}|{_GOES})*(?:droop(?:s|ing|y|ed)|paraly[sz]ed)",
        r"facial droop(?:ing)?",
        rf"cant (?:move|feel|lift) (?:{_THEIR} )?{_LIMB}",
        r"se me (?:paraliz\w+|durmio) (?:\w+ )?(?:cara|brazo|lado|pierna|boca)|no siento (?:\w+ )?(?:brazo|"
        r"pierna|cara|lado)",
        r"sudden (?:severe )?(?:weakness|numbness|confusion|headache)",
        r"worst headache",
        r"no (?:me )?puedo (?:hablar bien|mover (?:el|la|un|mi) (?:brazo|pierna|cara|lado))",
    ),
    Emergency.ALLERGY: (
        r"anaphyla\w+",
        r"(?:severe|serious|terrible|horrible|major|extreme|life threatening) (?:allergic )?reaction",
        r"bad allergic reaction",
        r"allergic reaction\b(?=.*\b(?:help|omg|asap|911)\b)",
        r"(?:having|have|had|got|getting) (?:an? )?(?:really |very )?bad reaction",
        r"bad reaction to",
        r"(?:having|have|has|had|got|getting|with) (?:an? |some |kind of |this )*allergic reaction",
        r"allergic reaction (?:now|right now|happening|to the)",
        rf"(?:throat|airway|tongue) (?:{_OFTEN}|{_GOES}|like its )*{_SWELLS}",
        r"(?:cant|trouble|difficulty|hard to|unable to|hardly|barely) swallow(?:ing)?\b"
        r"(?! (?:pills?|tablets?|capsules?|(?:that|the|this|your) (?:price|cost|bill)))",
        r"cant (?:even )?open (?:my|his|her) mouth\b(?=.*\b(?:swallow|breath\w*|swollen|swelling|fever)\b)",
        r"(?:infection|swelling) (?:is )?(?:spreading|spread|moving) (?:to|up|down|into|toward)\b.*\b(?:eyes?|"
        r"neck|throat|face)",
        rf"(?:face|eyes|lips?|neck|mouth) (?:{_OFTEN}|{_GOES})*{_SWELLS}(?: up)? "
        r"(?:really |so |very |up )*(?:fast|quickly|rapidly|shut)",
        r"(?:swelling|swollen) (?:is )?spreading (?:to|down|into)\b.*\b(?:neck|throat|eyes?|tongue)",
        r"hives (?:all over|everywhere|spreading|and)",
        r"(?:covered in|breaking out in|full of) hives",
        r"(?:used|using|use|need|needed|gave (?:me|her|him)) (?:my |an? |the |her |his )*epi ?pen",
        r"se me (?:cierra|hincha|esta cerrando|esta hinchando) la (?:garganta|lengua|cara)(?: y la lengua)?",
    ),
    Emergency.OVERDOSE: (
        r"overdos(?:e|ed|ing)\b(?! (?:of|on) (?:cuteness|fun|sun\w*|love|coffee|sugar|chocolate|tacos|candy))",
        r"(?:i|he|she|just) od(?:d|ed|ing)|od(?:d|ed|ing) on",
        rf"(?:took|taken|swallowed|ate) (?:like |about |around )?(?:[1-9]\d|all) (?:of )?(?:my |the |his |her |"
        rf"those )?(?:\w+ )?"
        rf"{_PILLS}(?! (?:today|this|as|like|for|with|already|and|before|so|but)\b)",
        r"(?:me|se) tom[eo] (?:todas las|muchas|un monton de|demasiadas) (?:pastillas|pildoras)",
        r"(?:took|taken|swallowed|ate|drank) (?:way |far )?too (?:many|much) (?:of )?"
        rf"(?:{_THEIR} )?(?:\w+ )?{_PILLS}",
        r"(?:took|swallowed|drank) (?:the |a |my )*(?:whole|entire) bottle",
        r"took (?:all )?(?:\w+ )?pills at once",
        rf"(?:took|taken|swallowed) (?:a )?(?:bunch|lot|handful|bottle) of (?:\w+ )?{_PILLS}",
        r"poisoned",
        r"(?:swallowed|drank|ate) (?:some |the |my |a bit of |a lot of )?(?:bleach|numbing cream|antifreeze)",
        r"sobredosis",
    ),
    Emergency.VISION: (
        rf"(?:los(?:t|ing|e|es)|loss of) {_ONE}*{_EYESIGHT}\b{_NOT_CARE}(?! of)",
        rf"{_EYESIGHT}\b{_NOT_CARE} (?:in {_ONE}*eyes? )?(?:{_OFTEN}|{_GOES})*"
        rf"(?:{_DIM}|worse|weird|funny|bad|lost|loss|changed)",
        rf"(?:blurr?y|blurr?ed|double|tunnel|cloudy|foggy) {_EYESIGHT}\b{_NOT_CARE}",
        rf"eyes? (?:{_OFTEN}|{_GOES})+(?:blurr?y|blurr?ed|dark|blind)",
        rf"(?:blurr?y|blurred|blind) (?:in|on|out of) {_ONE}*(?:eyes?|side)",
        r"eyes? (?:is |are |was )?swollen (?:completely |almost |fully )?shut",
        r"seeing (?:double|blurr?y|spots|flashes|stars|black)",
        r"(?:everything|its all) (?:is |looks |went |turned |got |has gone |gone )*(?:blurr?y|blurred|black|"
        r"dark|foggy)",
        r"(?:im|i am|went|going|gone|turned|hes|shes|almost|suddenly) (?:\w+ )?blind\b"
        r"(?! (?:date|spots?|folded|without))",
        r"(?:cant|unable to|barely|hardly) see (?:anything|nothing|well|properly|clearly|straight|right|out (?:of|my)|"
        r"from|with|at all|(?:in|through) (?:my|one)|(?:my )?(?:left|right)|any ?more)\b"
        r"(?! (?:it|you|the|on|in your|available|open|online)\b)",
        r"cant see(?=[ ,.!?]*$)",
        rf"(?:curtain|shadow|black spots?|flashes|floaters) (?:over|in|across) {_ONE}*(?:eyes?|{_EYESIGHT})",
        r"no (?:puedo ver|veo) (?:nada|bien)",
        r"veo (?:borroso|doble)",
    ),
    Emergency.CIRCULATION: (
        rf"{_SKIN}(?: \w+){{0,6}}? {_TURNS} (?:{_OFTEN}|and |cold |completely |totally )*{_PALE}",
        rf"{_SKIN} (?:{_OFTEN}|{_GOES})*blanch(?:ed|ing)",
        rf"{_TIPS} (?:blue|bluish|dusky|mottled)",
        rf"{_TIPS} (?:is |are |look |looks )(?:{_OFTEN})*(?:blue|bluish|gr[ae]y|white|dusky|mottled)",
        r"(?:white|pale|blue|bluish|gr[ae]y|dusky|purple|mottled|black|dark|blanched) (?:\w+ )?"
        r"(?:skin |patch(?:es)? |spots? |area |color |colour )*(?:that )?(?:is |are |keeps? |its )*"
        r"(?:spreading|growing|getting bigger|expanding)",
        rf"{_SKIN}(?: \w+){{0,4}} (?:is |are |looks? ){_PALE} (?:and )?(?:cold|spreading|painful|numb)",
        rf"{_TREATED}\b(?=.*\b{_SKIN} (?:\w+ ){{0,4}}?(?:is |are |looks? |feels? )(?:\w+ )?{_PALE}\b)",
        rf"{_SKIN} (?:\w+ ){{0,4}}?(?:is |are |looks? )(?:\w+ )?{_PALE}\b(?=.*\b{_TREATED}\b)",
        rf"{_PALE} (?:spots?|patch(?:es)?|blotch(?:es)?|areas?)\b(?!.*\b(?:teeth|tooth)\b)"
        rf"(?=.*\b{_TREATED}\b)",
        rf"(?:skin|lips?|nose) {_OFTEN}*{_TURNS} (?:dark|black|purple)\b"
        r"(?=.*\b(?:hurts|painful|pain|cold|spreading|numb)\b)",
        r"skin (?:around|near|on|above|under|by) (?:my |the |his |her )?(?:nose|lips?|mouth|chin|eyes?) "
        rf"{_OFTEN}*{_TURNS} (?:dark|black|purple)",
        r"(?:nose|lips?) (?:is |are |looks? )(?:purple|black|dark) (?:and )?(?:numb|cold|painful|hurts)",
        rf"lips? (?:{_OFTEN})*{_TURNS} purple (?:and )?(?:numb|cold|painful|hurts)",
        r"vascular occlusion",
        r"necrosis",
        r"la piel (?:\w+ ){0,3}(?:blanca|palida|azul|morada)",
    ),
    Emergency.COLLAPSE: (
        r"(?:unconscious|unresponsive|inconsciente)",
        r"se desmay(?:o|aron|a)|me desmaye|(?:no|ni) (?:se )?despierta|no reacciona|convulsionando|"
        r"no (?:para|deja) de sangrar|llam(?:en|ar|e|o) (?:al 911|una ambulancia)",
        r"(?:wont|doesnt|not|isnt) wak(?:e|ing) up",
        r"just (?:passed out|fainted|collapsed|blacked out)",
        r"(?:cough(?:ing|ed)|throwing|threw|vomit(?:ing|ed)|puk(?:ing|ed)) (?:up )?(?:\w+ )?blood",
        r"blood (?:is )?everywhere|(?:so much|lots of) blood\b(?! work)",
        r"(?:hes|shes|he is|she is|he|she) not respond(?:ing)?\b(?! to\b)",
        r"(?:i|he|she|just|she just|he just) (?:passed|blacked) out(?=[ ,.!?]*$)",
        r"(?:going to|gonna|about to|will|might|feel like im) (?:gonna |going to )?(?:pass out|faint|"
        r"black ?out|collapse)\b"
        r"(?!.*\b(?:price|cost|bill|lol|lmao|haha|excited|needles?)\b)",
        r"(?:passed|blacked) out (?:after|from|during|and|twice|again|today)\b(?! last)",
        r"fainted (?:after|from|during|and|twice|again|today)\b(?! last)",
        r"(?:having|has|had|have|started) (?:a )?seizures?",
        r"convuls(?:ing|ions)",
        r"(?:wont|doesnt|cant|not|never|hasnt|isnt|couldnt) (?:get it to )?stop(?:ped|ping)? (?:the )?"
        r"(?:bleed(?:ing)?|blood)",
        r"bleeding (?:\w+ ){0,3}?(?:wont stop|doesnt stop|uncontrollably|heavily|non ?stop|profusely)",
        r"medical emergency",
        r"(?:should i|do i need to|need to|going to|gonna|about to) (?:call|dial) 911",
        r"(?:calling|called) 911",
        r"needs? an ambulance",
        r"should i go to the (?:er|hospital|emergency room)",
    ),
}

PATTERNS: tuple[tuple[Emergency, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(rf"\b(?:{sign})(?!\w)" for sign in signs))) for kind, signs in _SIGNS.items()
)
