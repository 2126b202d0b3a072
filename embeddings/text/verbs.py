"""The forms of irregular verbs that a stemmer keeps apart: "wrote" is a form of "write"; pure.

An entry has a verb's forms, folded, its name first, one for each stem; after a colon the prefixes
with which others are made of it ("tenir", "obtenir"). A form that is mostly another word is left
out: "left", "court".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRENCH = """
venir venu vient viennent vint viendra: de inter par pre con sur sou re|
tenir tenu tient tiennent tint tiendra: ob de main con sou re appar entre|
prendre pris prennent prit prendra: ap com entre sur re|
mettre mis met mit mettra: ad com per pro sou trans re e|battre battu bat battit: com a|
rendre rendu rend rendit rendent|vendre vendu vend vendit vendent: re|
perdre perdu perd perdit perdent|attendre attendu attend attendit attendent|
entendre entendu entend entendit entendent|defendre defendu defend defendit defendent|
repondre repondu repond repondit repondent|descendre descendu descend descendit descendent|
pendre pendu pend pendit pendent: de sus|tendre tendu tend tendit tendent: e pre|
fondre fondu fond fondit fondent: con|mordre mordu mord mordent|tordre tordu tord tordent|
rompre rompu rompt rompit: inter cor|ecrire ecrit ecrivent ecrivit|
decrire decrit decrivent decrivit|inscrire inscrit inscrivent inscrivit|
prescrire prescrit prescrivent|souscrire souscrit souscrivent|dire dit disent: contre inter pre|
lire lu lisent lut: re|rire rit|suffire suffit suffisent|conduire conduit conduisent conduisit|
produire produit produisent produisit: re|construire construit construisent construisit: re|
detruire detruit detruisent detruisit|traduire traduit traduisent traduisit|
reduire reduit reduisent reduisit|introduire introduit introduisent|seduire seduit seduisent|
nuire nuit nuisent|cuire cuit cuisent|craindre craint craignent craignit|
plaindre plaint plaignent plaignit|contraindre contraint contraignent|
peindre peint peignent peignit: re|teindre teint teignent teignit: e at|
joindre joint joignent joignit: re ad|ouvrir ouvert ouvre ouvrit: c dec rec|
offrir offert offre offrit|souffrir souffert souffre|acquerir acquis acquiert acquit|
conquerir conquis conquiert conquit|mourir mort meurt meurent mourut|
courir couru courent courut: se par re con|naitre nee nait naissent naquit naissance: re|
connaitre connu connait connaissent connut: re|paraitre paru parait paraissent parut: ap dis com|
croire cru croit croient crut|boire bu boivent but|vivre vecu vivent vecut: sur|
vaincre vaincu vainquent vainquit: con|recevoir recu recoit recoivent recut|
apercevoir apercu apercoit|percevoir percu percoit percoivent|
concevoir concu concoit concoivent concut|decevoir decu decoit decoivent|
vouloir veut veulent voulu voulut voudra|savoir sait savent su sut saura|
valoir vaut valent valu valut|falloir faut fallu fallut faudra|voir vu voit voient verra: re pre|
resoudre resolu resolvent resolut|dissoudre dissous dissolvent|conclure conclu conclut|
exclure exclu exclut|inclure inclus inclut|elire elu elisent elut|plaire plu plaisent|
servir sert servent servi servit|sentir sent sentent senti: res con|sortir sorti sortent|
partir parti partent|dormir dormi dorment|fuir fuit fuient|assaillir assailli|extraire extrait|
satisfaire satisfait satisfont|vetir vetu|croitre croissent: ac de
"""

_ENGLISH = """
arise arose arisen|awake awoke awoken|beat beaten|begin began begun|bend bent|bite bitten|
blow blew blown|break broke broken|breed bred|bring brought|build built: re|burn burnt|buy bought|
catch caught|choose chose chosen|cling clung|come came: be over|creep crept|deal dealt|dig dug|
draw drew drawn: with|dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|
fall fell fallen: be|feed fed|feel felt|fight fought|find found|flee fled|fly flew flown|
forbid forbade forbidden|forget forgot forgotten|freeze froze frozen|get got gotten|
give gave given: for|go went gone: under|grow grew grown: out|hang hung|hear heard: over|
hide hid hidden|hold held: with up|keep kept|kneel knelt|know knew known|lead led: mis|
learn learnt|lend lent|light lit|lose lost|make made: re|mean meant|meet met|pay paid: re|
prove proven|ride rode ridden|ring rang rung|rise risen|run ran|say said|see seen saw: over fore|
seek sought|sell sold: re|send sent|shake shook shaken|shine shone|shoot shot|show shown|
shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|slay slew slain|sleep slept: over|
slide slid|speak spoke spoken|speed sped|spend spent: over|spin spun|stand stood: under with|
steal stole stolen|stick stuck|sting stung|stink stank|strike struck stricken|string strung|
strive strove striven|swear swore sworn|sweep swept|swim swam swum|swing swung|
take took taken: mis over under|teach taught|tear tore torn|tell told: fore|think thought: re|
throw threw thrown: over|wake woke woken|wear wore worn|weave wove woven|weep wept|win won|
wring wrung|write wrote written: re under
"""

_TABLES = {"fr": _FRENCH, "en": _ENGLISH}


def forms(language: str) -> Iterator[list[str]]:
    """Yield the forms of each irregular verb of a language, its name first; none of others."""
    for line in _TABLES.get(language, "").replace("\n", "").split("|"):
        verb, _, prefixes = line.partition(":")
        if verb.strip():
            each = ("", *prefixes.split())
            yield from ([prefix + form for form in verb.split()] for prefix in each)
