"""The trade's words for species, colours and grades: English, Spanish and the usual short forms.

Everything is folded: lower case, without accents. What is not here is taken for a variety. Where
a name holds two species, the one that comes first here is meant.
"""

import re

SPECIES = {
    "rose": "rose roses rosa rosas rs ros rse roz",
    "spray rose": "sprayrose sprayroses sprose",
    "carnation": "carnation carnations clavel claveles carn carns crn clv",
    "mini carnation": "minicarnation minicarnations miniclavel miniclaveles minicarn mcarn",
    "chrysanthemum": "chrysanthemum chrysanthemums crisantemo crisantemos chrys mum mums crisan",
    "pompon": "pompon pompons pompones pom poms pmp",
    "alstroemeria": "alstroemeria alstroemerias astromelia astromelias alstro alst als",
    "hydrangea": "hydrangea hydrangeas hortensia hortensias hyd hydr hort",
    "sunflower": "sunflower sunflowers girasol girasoles sunfl sunf gir",
    "lily": "lily lilies lirio lirios azucena azucenas lil",
    "calla": "calla callas cartucho cartuchos",
    "gerbera": "gerbera gerberas gerb ger",
    "gypsophila": "gypsophila gypso gyp gypsofila gipsofila nube babysbreath",
    "limonium": "limonium lim limon",
    "statice": "statice estatice stat",
    "delphinium": "delphinium delfinio delph",
    "snapdragon": "snapdragon snapdragons snap snaps boca bocadragon",
    "stock": "stock stocks aleli alelies matthiola",
    "lisianthus": "lisianthus lisiantus lisi eustoma",
    "tulip": "tulip tulips tulipan tulipanes tul",
    "ranunculus": "ranunculus ranunculo ranunculos ranun",
    "anemone": "anemone anemones anemona anemonas",
    "aster": "aster asters",
    "solidago": "solidago solid",
    "hypericum": "hypericum hiperico hyper hyp",
    "eryngium": "eryngium eringio",
    "ruscus": "ruscus",
    "eucalyptus": "eucalyptus eucalipto euca",
    "protea": "protea proteas",
    "orchid": "orchid orchids orquidea orquideas orch",
    "peony": "peony peonies peonia peonias",
    "freesia": "freesia freesias fresia fresias",
    "iris": "iris",
    "gladiolus": "gladiolus gladiolo gladiolos glad glads",
    "craspedia": "craspedia billyballs",
    "molucella": "molucella moluccella bells",
    "amaranthus": "amaranthus amaranto",
    "veronica": "veronica",
    "trachelium": "trachelium trach",
    "dianthus": "dianthus greentrick",
    "bouquet": "bouquet bouquets ramillete bqt bqts bouq",
    "heliconia": "heliconia heliconias",
    "strelitzia": "strelitzia estrelicia",
    "anthurium": "anthurium anturio anturios",
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
KIN_COLOURS = tuple(
    frozenset(pair.split("/"))
    for pair in ("pink/hot pink", "white/cream", "lavender/purple", "red/burgundy", "peach/salmon",
                 "peach/coral", "salmon/coral", "brown/bronze")
)  # fmt: skip


SPECIES_OF = _by_word(SPECIES)
COLOUR_OF = _by_word(COLOURS)
GRADE_OF = _by_word(GRADES)
