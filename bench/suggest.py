"""How good and how fast are the suggestions? `python bench/suggest.py [SEED]`.

20,000 SKUs are made from 240 varieties, lengths and packs; 2,000 product names are made from SKUs
by rules that know nothing of the parser's vocabulary of varieties: words cut off or without
vowels, typing errors, another order, accents lost or added, other units, English or Spanish. One
in ten has no right SKU at all: its variety or its length is not in the list.

Precision: of the suggestions at or above the default threshold, those that are right. Recall: of
the products that have a right SKU, those for which it was suggested there.
"""

import random
import sys
import time

import polars as pl

from komet.mapping.suggest import DEFAULT_THRESHOLD, suggest

VARIETIES = """Freedom,Explorer,Mondial,Playa Blanca,Vendela,Pink Floyd,Pink O'Hara,White O'Hara,
Quicksand,Sahara,Shimmer,Amnesia,Escimo,Tibet,Polar Star,Akito,Proud,Blizzard,High & Magic,
High & Peace,Nina,Topaz,Hot Lady,Gotcha,Cherry O,Sweet Unique,Rosita Vendela,Engagement,Hermosa,
Titanic,Saga,Malibu,Jessika,Geraldine,Ocean Song,Deep Purple,Moody Blues,Cool Water,Blueberry,
Sweetness,Cabaret,Circus,Free Spirit,Orange Crush,Confidential,Milva,Careless Whisper,Brighton,
Tara,Skyline,Stardust,Momentum,Sonrisa,Gold Strike,Idole,Limbo,Green Tea,Super Green,Wasabi,Jade,
Hearts,Black Magic,Forever Young,Rouge Baiser,Classic Cezanne,Red Paris,Black Pearl,Cherry Brandy,
Iguazu,Iguana,Silantoi,Full Monty,Kahala,Phoenix,Tycoon,Orlando,Toscanini,Country Blues,Country
Home,Mayra Bridal,Mayra Red,Princess Hitomi,Juliet,Patience,Keira,Vitality,Charity,Constance,
Candlelight,Purity,Faith,Be Sweet,Art Deco,Secret Garden,Novia,Nectarine,Miyabi,Lola,Ilse,Snow
Flake,Star Blush,Royal Flush,Majolika,Babe,Mirabel,Macarena,Fire King,Yellow Babe,Tiara,Mon Cheri,
Don Pedro,Nobbio,Moonlight,Delphi,Komachi,Polimnia,Cherrio,Dona,Lege Pink,Antigua,Solex,Golem,
Hermes,Viper Wine,Caroline,Extasis,Bizet,Zurigo,Goblin,Rubisco,Lion King,Atlantis,Anastasia,
Zembla,Magnum,Bonita,Yoko Ono,Cremon,Managua,Feeling Green,Lollipop,Atlantis Pink,Astroid,Vesuvio,
Virginia,Whistler,Nadya,Primavera,Intenza,Himalaya,Orange Queen,Santana,Charmelia,Senna,Tampa,
Verdi,Verona,Shakira,Mini Blue,Emerald,Antique,Premium Blue,Sunbright,Vincent,Procut,Tiber,
Casablanca,Stargazer,Sorbonne,Siberia,Conca d'Or,Pollyanna,Navona,Brunello,Captain Romance,Crystal
Blush,Schwarzwalder,Odessa,Florex,Garden Snow,Million Star,Xlence,Over Time,New Love,Party Time,
Misty,Emille,Sinzii,Supreme,Safora,Volkerfrieden,Guardian,Trick,Potomac,Monaco,Avignon,Cheerful,
Vivian,Lucinda,Arena,Mariachi,Rosanne,Echo,Alissa,Excalibur,Croma,Magical,Coco,Esplendor,Sunny
Romance,Blue Pacifica,Supernova,Orion,Questar,Pink Pom,Amandi,Zenith,Kermit,Balloon,Statesman,
Froggy,Yin Yang,Pirouette,Costa,Maya,Condor,Sierra,Andes,Cotopaxi,Chimborazo,Cayambe,Tungurahua,
Imbabura,Antisana,Sangay,Quilotoa,Cuicocha,Otavalo,Malchingui,Tabacundo,Guayllabamba"""
SPECIES = (("Rose", "Rosa", "RS"), ("Carnation", "Clavel", "CARN"), ("Alstroemeria", "Astromelia",
           "ALST"), ("Chrysanthemum", "Crisantemo", "CHRYS"))  # fmt: skip
CM = (40, 50, 60, 70, 80, 90, 100)
PACKS = (10, 12, 20, 25)
OUTSIDE = """Zafiro,Lindura,Kalinka,Brisa Nueva,Otono Rojizo,Pandora,Querubin,Yaravi,Wimbledon,
Ulises,Terracota Dream,Fandango,Gaviota,Huracan,Jacaranda Sun""".replace("\n", "").split(",")


def catalogue(dice: random.Random) -> list[tuple[str, str, str, int, int | None, tuple[str, ...]]]:
    """(SKU, description, variety, cm, pack, species words), 20,000 of them."""
    names = [" ".join(v.split()) for v in VARIETIES.split(",")]
    made = []
    for number, variety in enumerate(dict.fromkeys(names)):
        species = SPECIES[0] if number < 110 else dice.choice(SPECIES[1:])
        for cm in dice.sample(CM, 5):
            packs = dice.sample(PACKS, dice.choice((1, 1, 2)))
            made += [
                (f"{species[2]}-{number:03}-{cm}-{p}", f"{species[0]} {variety} {cm} cm x{p}",
                 variety, cm, p, species)
                for p in packs
            ]  # fmt: skip
    return made


def padding(dice: random.Random, count: int) -> list[tuple[str, str]]:
    """Other SKUs of a large house: made-up varieties, so that there is much to look through."""
    parts = "ba be bi bo bra ca ce cla co da do fe fi ga glo ja ka la lu ma mi na no pa pe pra ra"
    syllables = (parts + " re ri ro sa se si so sta ta te ti tra va ve vi za zo").split()
    made = []
    for number in range(count):
        variety = "".join(dice.choices(syllables, k=dice.choice((3, 4, 5)))).capitalize()
        species, cm, pack = dice.choice(SPECIES), dice.choice(CM), dice.choice(PACKS)
        made.append((f"X-{number:05}", f"{species[0]} {variety} {cm} cm x{pack}"))
    return made


def noisy_word(word: str, dice: random.Random) -> str:
    """A word as people shorten and mistype it."""
    if len(word) < 5 or dice.random() < 0.55:
        return word
    way = dice.random()
    if way < 0.3:
        return word[0] + "".join(c for c in word[1:] if c.lower() not in "aeiou")
    if way < 0.55:
        return word[: max(4, round(len(word) * 0.65))]
    place = dice.randrange(1, len(word) - 1)
    if way < 0.75:
        return word[:place] + word[place + 1 :]
    if way < 0.9:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    accents = str.maketrans("aeioun", "áéíóúñ")
    return word[:place] + word[place].translate(accents) + word[place + 1 :]


def noisy(variety: str, cm: int, pack: int | None, species: tuple[str, ...],
          dice: random.Random) -> str:  # fmt: skip
    """A product name as some importer's Komet has it."""
    words = " ".join(noisy_word(word, dice) for word in variety.split())
    length = dice.choice((f"{cm}cm", f"{cm} cm", f"{cm}", f"{cm}CM", f'{round(cm / 2.54)}"'))
    if length.endswith('"') and round(round(cm / 2.54) * 2.54) not in range(cm - 1, cm + 2):
        length = f"{cm}cm"
    of_pack = "" if pack is None else dice.choice(
        (f"x{pack}", f"x {pack}", f"{pack} stems", f"{pack} tallos", f"({pack})")
    )  # fmt: skip
    parts = [words, length, dice.choice(species), of_pack]
    dice.shuffle(parts)
    return dice.choice((str.upper, str.lower, str.title, str))(" ".join(p for p in parts if p))


def main() -> None:
    """Build, suggest, print."""
    dice = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
    real = catalogue(dice)
    skus = [(sku, text) for sku, text, *_rest in real] + padding(dice, 20_000 - len(real))
    names, answers = [], []
    for number in range(2_000):
        sku, _text, variety, cm, pack, species = dice.choice(real)
        if number % 10 == 0:
            if number % 20 == 0:
                variety = dice.choice(OUTSIDE)
            else:
                held = {c for _s, _t, v, c, _p, _sp in real if v == variety}
                cm = next(c for c in (30, 110, 120, *CM) if c not in held)
            sku = ""
        names.append(noisy(variety, cm, pack, species, dice))
        answers.append(sku)
    products = pl.DataFrame(
        {
            "provider_id": ["p"] * len(names),
            "komet_id": [str(n) for n in range(len(names))],
            "description": names,
            "legacy_code": [None] * len(names),
        },
        schema_overrides={"legacy_code": pl.String},
    )
    nothing = pl.DataFrame(schema={"provider_name": pl.String, "description": pl.String,
                                   "sku": pl.String})  # fmt: skip
    frame = pl.DataFrame(skus, schema=["sku", "description"], orient="row")
    began = time.perf_counter()
    found = suggest(products, frame, nothing)
    seconds = time.perf_counter() - began
    best = found.filter((pl.col("rank") == 1) & (pl.col("score") >= DEFAULT_THRESHOLD))
    given = {int(k): sku for k, sku in best.select("komet_id", "sku").iter_rows()}
    right = sum(answers[place] == sku for place, sku in given.items())
    possible = sum(bool(answer) for answer in answers)
    print(f"{len(names):,} products x {len(skus):,} SKUs: {seconds:.2f} s")
    print(f"suggested at {DEFAULT_THRESHOLD:.0f} and above: {len(given):,}")
    print(f"precision {right / max(1, len(given)):.4f}, recall {right / possible:.4f}")
    if "--show" in sys.argv:
        texts = dict(skus)
        for place, sku in given.items():
            if answers[place] != sku:
                print(
                    f"  WRONG {names[place]!r} -> {texts[sku]!r}, not {texts.get(answers[place])!r}"
                )
        for place, answer in enumerate(answers):
            if answer and place not in given:
                top = found.filter(komet_id=str(place)).head(2).rows(named=True)
                shown = [(r["sku_description"], r["score"]) for r in top]
                print(f"  MISSED {names[place]!r}: {texts[answer]!r}; {shown}")


if __name__ == "__main__":
    main()
