"""What a product's name says: species, colours, length, grades, pack, and the variety's words.

Case, accents and the order of words do not matter. Nothing is guessed: what a name does not say,
or says twice differently, stays empty. The trade's words are English, Spanish and the usual short
forms, in lower case and without accents; what is not among them is taken for a variety. Where a
name holds two species, the one that comes first here is meant.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from komet.language import _later
from komet.text import normalize_text

SPECIES = {
    _later("rose"): "rose roses rosa rosas rs ros rse roz",
    _later("spray rose"): "sprayrose sprayroses sprose",
    _later("carnation"): "carnation carnations clavel claveles carn carns crn clv",
    _later("mini carnation"): "minicarnation minicarnations miniclavel miniclaveles minicarn mcarn",
    _later(
        "chrysanthemum"
    ): "chrysanthemum chrysanthemums crisantemo crisantemos chrys mum mums crisan",
    _later("pompon"): "pompon pompons pompones pom poms pmp",
    _later("alstroemeria"): "alstroemeria alstroemerias astromelia astromelias alstro alst als",
    _later("hydrangea"): "hydrangea hydrangeas hortensia hortensias hyd hydr hort",
    _later("sunflower"): "sunflower sunflowers girasol girasoles sunfl sunf gir",
    _later("lily"): "lily lilies lirio lirios azucena azucenas lil",
    _later("calla"): "calla callas cartucho cartuchos",
    _later("gerbera"): "gerbera gerberas gerb ger",
    _later("gypsophila"): "gypsophila gypso gyp gypsofila gipsofila nube babysbreath",
    _later("limonium"): "limonium lim limon",
    _later("statice"): "statice estatice stat",
    _later("delphinium"): "delphinium delfinio delph",
    _later("snapdragon"): "snapdragon snapdragons snap snaps boca bocadragon",
    _later("stock"): "stock stocks aleli alelies matthiola",
    _later("lisianthus"): "lisianthus lisiantus lisi eustoma",
    _later("tulip"): "tulip tulips tulipan tulipanes tul",
    _later("ranunculus"): "ranunculus ranunculo ranunculos ranun",
    _later("anemone"): "anemone anemones anemona anemonas",
    _later("aster"): "aster asters",
    _later("solidago"): "solidago solid",
    _later("hypericum"): "hypericum hiperico hyper hyp",
    _later("eryngium"): "eryngium eringio",
    _later("ruscus"): "ruscus",
    _later("eucalyptus"): "eucalyptus eucalipto euca",
    _later("protea"): "protea proteas",
    _later("orchid"): "orchid orchids orquidea orquideas orch",
    _later("peony"): "peony peonies peonia peonias",
    _later("freesia"): "freesia freesias fresia fresias",
    _later("iris"): "iris",
    _later("gladiolus"): "gladiolus gladiolo gladiolos glad glads",
    _later("craspedia"): "craspedia billyballs",
    _later("molucella"): "molucella moluccella bells",
    _later("amaranthus"): "amaranthus amaranto",
    _later("veronica"): "veronica",
    _later("trachelium"): "trachelium trach",
    _later("dianthus"): "dianthus greentrick",
    _later("bouquet"): "bouquet bouquets ramillete bqt bqts bouq",
    _later("heliconia"): "heliconia heliconias",
    _later("strelitzia"): "strelitzia estrelicia",
    _later("anthurium"): "anthurium anturio anturios",
}

COLOURS = {
    "red": "red rojo roja rojos rojas rd",
    "white": "white blanco blanca blancos blancas wht wh blnc",
    "pink": "pink rosado rosada rosados rosadas pnk pk",
    "hot pink": "hotpink fucsia fuchsia magenta",
    "yellow": "yellow amarillo amarilla amarillos amarillas yel yw amar",
    "orange": "orange naranja anaranjado org orng",
    "purple": "purple morado morada purpura prp",
    "lavender": "lavender lavanda lila lilac lav",
    "peach": "peach durazno melocoton pch",
    "cream": "cream crema crm",
    "green": "green verde verdes grn",
    "blue": "blue azul azules blu",
    "burgundy": "burgundy vinotinto burg",
    "bicolor": "bicolor bicolour bico",
    "assorted": "assorted surtido surtida surtidos surtidas mixed mix asst ast asstd",
    "black": "black negro negra",
    "brown": "brown cafe marron",
    "bronze": "bronze bronce",
    "salmon": "salmon",
    "coral": "coral",
}

GRADES = {
    "select": "select selecto selecta sel",
    "fancy": "fancy fcy",
    "standard": "standard estandar std",
    "premium": "premium prem",
    "super": "super",
    "extra": "extra xtra",
    "short": "short corto corta",
    "long": "long largo larga",
    "novelty": "novelty",
    "jumbo": "jumbo jbo",
    "tinted": "tinted tinturado tinturada tenido dyed",
}

_NOISE = (
    "cm cms centimetros in inch inches m stem stems stm stms st sts tallo tallos t bunch bunches"
    " bu bun ramo ramos de del la el los las the of and y con with per por x box caja"
    " qb hb eb fb pack paq"
    " unit units fresh cut flower flowers flor flores farm"
)

NOISE = frozenset(_NOISE.split())


def _by_word(groups: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in groups.items() for word in words.split()}


# Words that make another species of one, wherever they stand: "rosa spray", "spray rose".
MODIFIED = (
    ("spray", "rose", "spray rose"),
    ("spr", "rose", "spray rose"),
    ("spray", "carnation", "mini carnation"),
    ("spr", "carnation", "mini carnation"),
    ("mini", "carnation", "mini carnation"),
    ("spray", "chrysanthemum", "pompon"),
    ("spr", "chrysanthemum", "pompon"),
)

# Spanish for the flower and for the colour: "clavel rosa".
ALSO_A_COLOUR = frozenset({"rosa", "rosas"})

# Two words that are one.
JOINED = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\bhot\W*(?:pink|pnk)\b", "hotpink"),
        (r"\bbaby\W*s?\W*breath\b", "babysbreath"),
        (r"\b(?:boca|perrito)\W*(?:de)?\W*dragon\b", "bocadragon"),
        (r"\bave\W*(?:del?)?\W*paraiso\b|\bbirds?\W*of\W*paradise\b", "strelitzia"),
    )
)

# Colours that one house tells apart and another does not: no contradiction, and no agreement.
RELATED_COLOURS = tuple(
    frozenset(pair.split("/"))
    for pair in ("pink/hot pink", "white/cream", "lavender/purple", "red/burgundy", "peach/salmon",
                 "peach/coral", "salmon/coral", "brown/bronze")
)  # fmt: skip

SPECIES_OF = _by_word(SPECIES)
COLOUR_OF = _by_word(COLOURS)
GRADE_OF = _by_word(GRADES)
_SHORTEST, _LONGEST = 20, 150
_INCH = 2.54

# "50/60 cm": two lengths in one box, which is neither of the two
_RANGE = re.compile(r"(?<!\d)([3-9]0|1[0-2]0)\s*[-/]\s*([4-9]0|1[0-3]0)\s*cms?\b")

_LENGTHS = (
    (re.compile(r"(?<![\d.,])([01]?[.,]\d{1,2})\s*m(?:ts?|trs?|etros?)?\b"), 100.0),
    (re.compile(r"(?<![\d.,])(\d{2,3})\s*cms?\b"), 1.0),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s*(?:inches|inch|in\b|\"|'')"), _INCH),
)

_PACKS = (
    re.compile(r"(?<![a-z])x\s*(\d{1,3})\b"),
    re.compile(r"(?<!\d)(\d{1,3})\s*(?:stems?|stms?|sts?|tallos?)\b"),
    re.compile(r"\((\d{1,2})\)"),
)

_NUMBER = re.compile(r"(?<![\d.,])\d+(?![\d.,]*\d)")
_BARE_LENGTHS = range(30, 121, 10)
_BARE_PACKS = frozenset({5, 8, 10, 12, 15, 20, 25})
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Attributes:
    """`cm` is the stem length, `pack` stems per bunch; `words` name the variety, sorted."""

    species: str | None
    colours: frozenset[str]
    cm: int | None
    grades: frozenset[str]
    pack: int | None
    words: tuple[str, ...]

    @property
    def variety(self) -> str:
        """The variety's words as one text."""
        return " ".join(self.words)


@lru_cache(maxsize=200_000)
def read_attributes(name: str) -> Attributes:
    """Read a name."""
    ranges, text = _ranges(normalize_text(name))
    cm, text = _length(text)
    pack, text = _pack(text)
    cm, pack, others = _bare_numbers(text, cm, pack, lengths=not ranges)
    for pattern, word in JOINED:
        text = pattern.sub(f" {word} ", text)
    found = _WORD.findall(text.replace("'", ""))
    species, colours, left = _species(found)
    words = [*ranges, *others]
    grades = set()
    for word in left:
        if word in COLOUR_OF:
            colours.add(COLOUR_OF[word])
        elif word in GRADE_OF:
            grades.add(GRADE_OF[word])
        elif word not in NOISE and len(word) > 1:
            words.append(word)
    return Attributes(
        species, frozenset(colours), cm, frozenset(grades), pack, tuple(sorted(set(words)))
    )


def _ranges(text: str) -> tuple[list[str], str]:
    """Ranges of lengths, as words: a range equals only itself."""
    found = [f"{low[1]}/{low[2]}" for low in _RANGE.finditer(text) if int(low[1]) < int(low[2])]
    return found, _RANGE.sub(" ", text) if found else text


def _length(text: str) -> tuple[int | None, str]:
    """The only length that has a unit; the text without it."""
    lengths = set()
    for pattern, factor in _LENGTHS:
        for match in pattern.finditer(text):
            cm = round(float(match[1].replace(",", ".")) * factor)
            if factor == _INCH:
                cm = 5 * round(cm / 5)  # 24" is a 60 cm rose, not one of 61 cm
            if _SHORTEST <= cm <= _LONGEST:
                lengths.add(cm)
        text = pattern.sub(" ", text)
    return (lengths.pop() if len(lengths) == 1 else None), text


def _pack(text: str) -> tuple[int | None, str]:
    for pattern in _PACKS:
        if packs := {int(number) for number in pattern.findall(text)}:
            return (packs.pop() if len(packs) == 1 else None), pattern.sub(" ", text)
    return None, text


def _bare_numbers(
    text: str, cm: int | None, pack: int | None, *, lengths: bool
) -> tuple[int | None, int | None, list[str]]:
    """Numbers without a unit: long ones are centimetres, short ones stems, others name things."""
    numbers = {number: int(number) for number in _NUMBER.findall(text)}
    as_cm = {value for value in numbers.values() if value in _BARE_LENGTHS}
    as_pack = {value for value in numbers.values() if value in _BARE_PACKS}
    if cm is None and lengths and len(as_cm) == 1:
        cm = as_cm.pop()
    if pack is None and len(as_pack) == 1:
        pack = as_pack.pop()
    others = [
        number for number, value in numbers.items() if len(number) > 2 and value not in (cm, pack)
    ]
    return cm, pack, others


def _species(found: list[str]) -> tuple[str | None, set[str], list[str]]:
    """The species, whatever its place; colours that its words turn out to be; the other words."""
    named = {word: SPECIES_OF[word] for word in found if word in SPECIES_OF}
    # "clavel rosa" is a pink carnation
    pink = set(named) & ALSO_A_COLOUR
    if pink and len(set(named.values())) > 1:
        named = {word: name for word, name in named.items() if word not in ALSO_A_COLOUR}
    else:
        pink = set()
    left = [word for word in found if word not in named and word not in pink]
    # a flower's name may be a variety's too ("rose Iris"): the plainer one is the species
    order = list(dict.fromkeys(SPECIES_OF.values()))
    names = sorted(set(named.values()), key=order.index)
    species = names[0] if names else None
    left += names[1:]
    for modifier, basic, whole in MODIFIED:
        if species == basic and modifier in left:
            species = whole
            left = [word for word in left if word != modifier]
    return species, {"pink"} if pink else set(), left
