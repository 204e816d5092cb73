"""How good and how fast are the suggestions? `python bench/suggest.py [SEED ...]`.

20,000 SKUs with known answers: some 290 real varieties in six species, each in several lengths
and packs, among SKUs of made-up varieties. Out of them 2,000 product names are made by rules that
know nothing of the parser: words without their vowels, cut off or with one wrong letter, another
order, accents lost or put in, other units, English or Spanish, colour, pack or species left out.

One in ten products has no right SKU: its variety was taken out of the list (at random, so that
its neighbours are still there), or its length is not held, or only another colour is. Where what
was left out makes two SKUs fit equally, the right answer is to suggest neither.

Precision: of the suggestions at or above the default threshold, those that are right. Recall: of
the products with one right SKU, those for which it was suggested there.

The rules were written before the matching was measured on them. Seeds 7, 101, 2026 and 31337 were
looked at while it was adjusted; the default ones were first run when it was finished.
"""

import random
import statistics
import sys
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from komet.mapping.suggestions import DEFAULT_THRESHOLD, rank_skus

PRODUCTS, SKUS = 2_000, 20_000
QUOTED_SEEDS = (4, 88, 555)

VARIETIES = {
    "rose": """Freedom/red,Explorer/red,Forever Young/red,Red Paris/red,Rouge Baiser/red,Hearts/red,
        Black Magic/red,Black Pearl/red,Red Unique/red,Tibet/white,Vendela/cream,Mondial/white,
        Playa Blanca/white,Escimo/white,Polar Star/white,Akito/white,Proud/white,Blizzard/white,
        White O'Hara/white,Pink O'Hara/pink,Quicksand/cream,Sahara/cream,Shimmer/peach,
        Kahala/peach,Amnesia/lavender,Ocean Song/lavender,Deep Purple/purple,
        Moody Blues/lavender,Nina/pink,Cool Water/lavender,Blueberry/purple,Sweetness/pink,
        Pink Floyd/hot pink,Gotcha/hot pink,Topaz/hot pink,Hot Lady/hot pink,Cherry O/hot pink,
        Hot Princess/hot pink,Lola/hot pink,Sweet Unique/pink,Rosita Vendela/pink,
        Engagement/pink,Hermosa/pink,Titanic/pink,Saga/pink,Malibu/pink,Jessika/pink,
        Geraldine/pink,Mayra Bridal/pink,Mayra Red/red,Bridal Akito/pink,Country Home/pink,
        Country Blues/lavender,Princess Hitomi/pink,Juliet/peach,Patience/white,Keira/pink,
        Vitality/white,Charity/pink,Constance/pink,Candlelight/yellow,Purity/white,
        High & Magic/bicolor,High & Peace/bicolor,High & Exotic/yellow,Cabaret/bicolor,
        Carpe Diem/peach,Circus/bicolor,Free Spirit/orange,Orange Crush/orange,
        Confidential/orange,Milva/orange,Careless Whisper/coral,Brighton/yellow,Tara/yellow,
        Skyline/yellow,Stardust/yellow,Momentum/yellow,Sonrisa/yellow,Gold Strike/yellow,
        Idole/yellow,Limbo/green,Green Tea/green,Super Green/green,Wasabi/green,Jade/green,
        Classic Cezanne/bicolor,Cherry Brandy/bicolor,Iguazu/bicolor,Iguana/bicolor,
        Silantoi/bicolor,Full Monty/hot pink,Phoenix/pink,Tycoon/yellow,Orlando/peach,
        Toscanini/peach,Faith/lavender,Be Sweet/pink,Art Deco/pink,Secret Garden/pink,
        Novia/pink,Nectarine/peach,Miyabi/peach,Cayenne/orange,Star 2000/orange,Voodoo/orange,
        Señorita/pink,Esperance/bicolor,Magic Times/pink,Mandala/peach,Sweet Escimo/pink,
        Garota/pink,Coral Reef/coral,Tropical Amazon/orange,Nena/orange,Hilux/peach,
        Pomarosa/hot pink,Debut/pink,Frutteto/pink,Yves Piaget/hot pink,Queen's Crown/pink,
        Alba/white,Eskada/white,Snowy Jewel/white,Cotton Xpression/white,Pink Xpression/pink,
        Pink Mondial/pink,Mundo/red,Lucky Red/red""",
    "spray rose": """Snow Flake/white,Star Blush/pink,Royal Flush/bicolor,Majolika/pink,Babe/orange,
        Mirabel/red,Macarena/bicolor,Fire King/bicolor,Yellow Babe/yellow,Tiara/white,
        Rubicon/red,Ilse/pink,Lovely Lydia/hot pink,Jana/white,Odilia/pink,Salinero/orange,
        Bellalinda/peach,Sweet Sara/lavender,Pink Irishka/pink,Snow World/white,
        Golden Mimi Eden/yellow,Mimi Eden/pink""",
    "carnation": """Mon Cheri/white,Don Pedro/red,Nobbio/burgundy,Moonlight/white,Delphi/white,
        Komachi/pink,
        Polimnia/white,Cherrio/hot pink,Doña/pink,Lege Pink/pink,Antigua/peach,Solex/cream,
        Golem/purple,Hermes/yellow,Viper Wine/purple,Caroline/pink,Extasis/purple,Bizet/bicolor,
        Zurigo/pink,Goblin/green,Rubisco/red,Lion King/orange,Liberty/yellow,Farida/purple,
        Damina/pink,Tico Tico/yellow,Hypnosis/lavender,Moonaqua/lavender,Moonvista/purple,
        Baltico/white""",
    "alstroemeria": """Virginia/white,Whistler/white,Nadya/orange,Primavera/peach,Intenza/purple,
        Himalaya/white,Orange Queen/orange,Santana/pink,Charmelia/pink,Senna/yellow,Tampa/pink,
        Verdi/red,Verona/red,Shakira/yellow,Bourgogne/burgundy,Cote d'Azur/purple,Dubai/pink,
        Estelle/yellow,Fuego/red,Haven/lavender,Mistral/lavender,Napoli/pink,Nashville/red,
        Oreon/white,Rebecca/pink,Rome/yellow,Serenade/orange,Snowball/white,Tropicana/orange""",
    "chrysanthemum": """Atlantis/white,Atlantis Pink/pink,Anastasia/white,Zembla/white,Magnum/white,
        Bonita/yellow,Yoko Ono/green,Cremon/white,Managua/yellow,Feeling Green/green,
        Lollipop/purple,Astroid/purple,Vesuvio/white,Rossano/pink,Radost/purple,Baltica/white,
        Bacardi/white,Kermit/green,Country/green,Zippo/purple,Saba/lavender,Tigerrag/bronze,
        Viking/yellow,Ping Pong/white,Antonov/white,Delianne/pink,Etrusko/orange,Gompie/red,
        Maisy/white,Topspin/white""",
    "lily": """Casablanca/white,Stargazer/hot pink,Sorbonne/pink,Siberia/white,Conca d'Or/yellow,
        Pollyanna/yellow,Navona/white,Brunello/orange,Acapulco/hot pink,Bernini/pink,
        Corvara/pink,Crystal Blanca/white,Dynamite/red,Eyeliner/white,Fangio/red,Litouwen/white,
        Menorca/yellow,Nashville/yellow,Original Love/red,Pavia/yellow,Robina/pink,
        Santander/white,Tiber/pink,Tresor/orange,Yelloween/yellow,Zambesi/white""",
}  # fmt: skip
SPECIES = {
    "rose": ("Rose", "Roses", "Rosa", "Rosas", "RS", "ROS"),
    "spray rose": ("Spray Rose", "Spray Roses", "Spr Rose", "Rosa Spray"),
    "carnation": ("Carnation", "Carnations", "Clavel", "Claveles", "CARN"),
    "alstroemeria": ("Alstroemeria", "Astromelia", "ALST", "Alstro", "Alstroemerias"),
    "chrysanthemum": ("Chrysanthemum", "Crisantemo", "CHRYS", "Crisantemos", "Mums"),
    "lily": ("Lily", "Lilies", "Azucena", "Lirio", "Lirios"),
}
COLOURS = {
    "red": ("Red", "Rojo", "Roja"),
    "white": ("White", "Blanco", "Blanca"),
    "cream": ("Cream", "Crema"),
    "peach": ("Peach", "Durazno"),
    "lavender": ("Lavender", "Lavanda"),
    "purple": ("Purple", "Morado"),
    "pink": ("Pink", "Rosado", "Rosada"),
    "hot pink": ("Hot Pink", "Fucsia"),
    "yellow": ("Yellow", "Amarillo", "Amarilla"),
    "orange": ("Orange", "Naranja"),
    "bicolor": ("Bicolor", "Bicolour"),
    "green": ("Green", "Verde"),
    "coral": ("Coral",),
    "burgundy": ("Burgundy", "Vinotinto"),
    "bronze": ("Bronze", "Bronce"),
}
CM = (40, 50, 60, 70, 80, 90, 100)
PACKS = (10, 12, 20, 25)
_PARTS = """ba be bi bo bra ca ce cla co da do fe fi ga glo ja ka la lu ma mi na no pa pe pra ra
    re ri ro sa se si so sta ta te ti tra va ve vi za zo lan mer sin dor val nel ris ton"""
SYLLABLES = _PARTS.split()


@dataclass(frozen=True)
class Flower:
    """What a SKU is, or what a product really is."""

    species: str
    variety: str
    colour: str
    cm: int
    pack: int


@dataclass(frozen=True)
class Product:
    """A noisy name, and the only SKU that is right for it, if there is one."""

    name: str
    sku: str | None
    kind: str


def catalogue(dice: random.Random) -> tuple[dict[str, Flower], list[Flower]]:
    """The SKUs of real varieties, and the flowers of the varieties that were taken out."""
    held: dict[str, Flower] = {}
    missing: list[Flower] = []
    for species, names in VARIETIES.items():
        for entry in names.split(","):
            variety, _slash, colour = entry.strip().partition("/")
            lengths = dice.sample(CM, dice.randint(3, 5))
            packs = dice.sample(PACKS, dice.choice((1, 1, 2, 3)))
            flowers = [Flower(species, variety, colour, cm, p) for cm in lengths for p in packs]
            if dice.random() < 0.1:
                missing += flowers
            else:
                held |= {f"{species[:2].upper()}{len(held) + n:05}": f
                         for n, f in enumerate(flowers)}  # fmt: skip
    return held, missing


def written(flower: Flower, *, with_colour: bool) -> str:
    """A SKU's description in the form of the house."""
    colour = f"{flower.colour.title()} " if with_colour else ""
    return f"{flower.species.title()} {flower.variety} {colour}{flower.cm} cm x{flower.pack}"


def padding(dice: random.Random, count: int) -> list[tuple[str, str]]:
    """Other SKUs of a large house: made-up varieties, so that there is much to look through."""
    made: list[tuple[str, str]] = []
    while len(made) < count:
        variety = "".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 3, 4)))).capitalize()
        species, colour = dice.choice(list(SPECIES)), dice.choice(list(COLOURS))
        flowers = [Flower(species, variety, colour, cm, dice.choice(PACKS))
                   for cm in dice.sample(CM, 5)]  # fmt: skip
        made += [(f"X{len(made) + n:05}", written(f, with_colour=dice.random() < 0.5))
                 for n, f in enumerate(flowers)]  # fmt: skip
    return made[:count]


def shortened(word: str, dice: random.Random) -> str:
    """A word as people shorten and mistype it: about two in five are touched."""
    if len(word) < 5 or dice.random() < 0.6:
        return word
    way, place = dice.random(), dice.randrange(1, len(word) - 1)
    if way < 0.25:
        return word[0] + "".join(sign for sign in word[1:] if sign.lower() not in "aeiou")
    if way < 0.5:
        return word[: max(4, round(len(word) * 0.6))]
    if way < 0.65:
        return word[:place] + word[place + 1 :]
    if way < 0.75:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if way < 0.85:
        return word[:place] + dice.choice("abcdefghijklmnoprstuvz") + word[place + 1 :]
    accented = word[place].translate(str.maketrans("aeioun", "áéíóúñ"))
    return word[:place] + accented + word[place + 1 :]


def length_text(cm: int, dice: random.Random) -> str:
    """A length in one of the usual ways; inches only where they come back to the same cm."""
    inches = round(cm / 2.54)
    ways = [
        f"{cm}cm",
        f"{cm} cm",
        f"{cm}",
        f"{cm} CM.",
        f"0.{cm // 10} m" if cm < 100 else "1.00 m",
    ]
    if abs(inches * 2.54 - cm) <= 1:
        ways += [f'{inches}"', f"{inches} in", f"{inches}in"]
    return dice.choice(ways)


def pack_text(pack: int, dice: random.Random) -> str:
    """Stems per bunch in one of the usual ways."""
    ways = (f"x{pack}", f"x {pack}", f"{pack} stems", f"{pack}st", f"{pack} tallos", f"{pack} stm")
    return dice.choice(ways)


def noisy(flower: Flower, stated: frozenset[str], dice: random.Random) -> str:
    """A product name as some importer's Komet has it; `stated` says which attributes it names."""
    variety = " ".join(shortened(word, dice) for word in flower.variety.split())
    if dice.random() < 0.4:
        apart = unicodedata.normalize("NFKD", variety)
        variety = "".join(sign for sign in apart if not unicodedata.combining(sign))
    parts = [variety]
    if "species" in stated:
        parts.append(dice.choice(SPECIES[flower.species]))
    if "colour" in stated:
        parts.append(dice.choice(COLOURS[flower.colour]))
    if "cm" in stated:
        parts.append(length_text(flower.cm, dice))
    if "pack" in stated:
        parts.append(pack_text(flower.pack, dice))
    dice.shuffle(parts)
    between = dice.choice((" ", " ", " ", " - ", ", ", "/"))
    return dice.choice((str.upper, str.lower, str.title, str))(between.join(parts))


def fits(stated: frozenset[str], product: Flower, sku: Flower) -> bool:
    """Does everything that the product states agree with the SKU?"""
    return product.variety == sku.variety and all(
        getattr(product, name) == getattr(sku, name) for name in stated
    )


def products(held: dict[str, Flower], missing: list[Flower], dice: random.Random) -> list[Product]:
    """2,000 of them; one in ten without a right SKU."""
    by_variety: dict[str, list[str]] = {}
    for sku, flower in held.items():
        by_variety.setdefault(flower.variety, []).append(sku)
    made = []
    for number in range(PRODUCTS):
        flower = held[dice.choice(list(held))]
        stated = {"species"} if dice.random() < 0.9 else set()
        stated |= {"cm"} if dice.random() < 0.97 else set()
        stated |= {"pack"} if dice.random() < 0.7 else set()
        stated |= {"colour"} if dice.random() < 0.3 else set()
        kind = ""
        if number % 10 == 0:
            kind = ("variety", "length", "variety", "colour")[number // 10 % 4]
            if kind == "variety":
                flower = dice.choice(missing)
            elif kind == "length":
                alike = [held[sku] for sku in by_variety[flower.variety]]
                lengths = {one.cm for one in alike if one.species == flower.species}
                cm = dice.choice([cm for cm in CM if cm not in lengths])
                flower = Flower(flower.species, flower.variety, flower.colour, cm, flower.pack)
                stated |= {"cm", "species"}
            else:
                other = dice.choice([c for c in COLOURS if c != flower.colour])
                flower = Flower(flower.species, flower.variety, other, flower.cm, flower.pack)
                stated |= {"colour"}
        named = frozenset(stated)
        right = [
            sku for sku in by_variety.get(flower.variety, []) if fits(named, flower, held[sku])
        ]
        kind = kind or ("one" if len(right) == 1 else "ambiguous")
        made.append(Product(noisy(flower, named, dice), right[0] if kind == "one" else None, kind))
    return made


def measure(seed: int, show: bool) -> tuple[float, float]:
    """Build, suggest, print; precision and recall."""
    dice = random.Random(seed)
    held, missing = catalogue(dice)
    # some descriptions name the colour and others leave it to the variety
    texts = {sku: written(flower, with_colour=flower.variety < "H") for sku, flower in held.items()}
    rows = [*texts.items(), *padding(dice, SKUS - len(held))]
    asked = products(held, missing, dice)
    names = pl.DataFrame(
        {
            "provider_id": ["p"] * len(asked),
            "komet_id": [f"{n:05}" for n in range(len(asked))],
            "description": [product.name for product in asked],
        }
    ).with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in ("category", "variety", "color", "grade", "legacy_code")
    )
    nothing = pl.DataFrame(
        schema={"provider_name": pl.String, "description": pl.String, "sku": pl.String}
    )
    skus = pl.DataFrame(rows, schema={"sku": pl.String, "description": pl.String}, orient="row")
    began = time.perf_counter()
    found = rank_skus(names, skus, nothing)
    seconds = time.perf_counter() - began
    best = found.filter((pl.col("rank") == 1) & (pl.col("score") >= DEFAULT_THRESHOLD))
    given = {int(k): sku for k, sku in best.select("komet_id", "sku").iter_rows()}
    right = sum(asked[n].sku == sku for n, sku in given.items())
    answerable = [n for n, product in enumerate(asked) if product.kind == "one"]
    precision = right / max(1, len(given))
    recall = right / len(answerable)
    print(
        f"seed {seed}: {len(asked):,} products x {len(rows):,} SKUs in {seconds:.2f} s,"
        f" {len(given):,} suggested at {DEFAULT_THRESHOLD:.0f} or above:"
        f" precision {precision:.4f}, recall {recall:.4f} of {len(answerable):,}"
    )
    wrong: dict[str, list[str]] = {}
    for n, sku in given.items():
        if asked[n].sku != sku:
            line = (
                f"{asked[n].name!r} -> {dict(rows)[sku]!r}, not {texts.get(asked[n].sku or '')!r}"
            )
            wrong.setdefault(asked[n].kind, []).append(line)
    for kind in sorted({product.kind for product in asked}):
        of = sum(product.kind == kind for product in asked)
        print(f"  {kind:<10} {of:>5,} products, {len(wrong.get(kind, [])):>3} wrongly suggested")
    if show:
        print(*(f"  WRONG ({k}) {line}" for k in wrong for line in wrong[k]), sep="\n")
        for n in answerable:
            if n not in given:
                top = found.filter(komet_id=f"{n:05}").head(2)
                shown = top.select("sku_description", "score").rows()
                print(f"  MISSED {asked[n].name!r}: {texts[asked[n].sku or '']!r}; {shown}")
    return precision, recall


def main() -> None:
    """Measure each seed, print the medians."""
    seeds = [int(word) for word in sys.argv[1:] if word.isdigit()] or list(QUOTED_SEEDS)
    figures = [measure(seed, "--show" in sys.argv) for seed in seeds]
    precision, recall = (statistics.median(column) for column in zip(*figures, strict=True))
    print(f"median: precision {precision:.4f} (aim 0.98), recall {recall:.4f} (aim 0.85)")


if __name__ == "__main__":
    main()
