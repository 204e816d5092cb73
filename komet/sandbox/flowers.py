"""The flowers of the sandbox, and the product list that each importer makes of them: the same
flowers, with names, IDs and codes of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from komet.sandbox.chance import chance
from komet.sandbox.masters import Product

_CM = ("40 cm", "50 cm", "60 cm", "70 cm")
_GRADES = ("Select", "Fancy", "Standard")

COLOURS_ES: dict[str, str] = {
    "Red": "Rojo", "White": "Blanco", "Cream": "Crema", "Hot Pink": "Fucsia", "Sand": "Arena",
    "Orange": "Naranja", "Bicolor": "Bicolor", "Pink": "Rosado", "Yellow": "Amarillo",
    "Lavender": "Lavanda", "Peach": "Durazno", "Blush": "Rubor", "Green": "Verde",
    "Burgundy": "Vino", "Champagne": "Champaña", "Purple": "Púrpura", "Blue": "Azul",
    "Bronze": "Bronce", "Rainbow": "Arcoíris",
}  # fmt: skip

ASSORTED = "assorted"
"""The family key of products that stand for a mixed box."""

_ASSORTED_ENGLISH = (
    "Assorted Rose Box",
    "Assorted Garden Mix",
    "Carnation Rainbow Box",
    "Grower's Choice Assorted",
)
_ASSORTED_SPANISH = ("CAJA SURTIDA ROSA", "CAJA SURTIDA JARDÍN", "SURTIDO CLAVEL ARCOÍRIS")


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of flower. `bunches` go into a half box; costs are cents per stem."""

    key: str
    category: str
    english: str
    spanish: str
    varieties: tuple[str, ...]
    """Each "Variety|Colour"."""
    grades: tuple[str, ...]
    stems_bunch: int
    bunches: int
    cents: tuple[int, int]


FAMILIES: tuple[Family, ...] = (
    Family(
        "rose", "Roses", "Rose", "Rosa",
        ("Freedom|Red", "Explorer|Red", "Mondial|White", "Vendela|Cream", "Pink Floyd|Hot Pink",
         "Quicksand|Sand", "Free Spirit|Orange", "High & Magic|Bicolor", "Ñandú|Red",
         "Sweet Unique|Pink", "Tibet|White", "Brighton|Yellow", "Playa Blanca|White",
         "Cool Water|Lavender", "Shimmer|Peach", "Corazón|Red"),
        _CM, 25, 16, (22, 68),
    ),
    Family(
        "spray_rose", "Spray Roses", "Spray Rose", "Rosa Spray",
        ("Majolika|Pink", "Snowflake|White", "Babe|Orange", "Mirabel|Hot Pink", "Star Blush|Blush",
         "Rubicón|Red"),
        ("40 cm", "50 cm", "60 cm"), 10, 20, (38, 70),
    ),
    Family(
        "carnation", "Carnations", "Carnation", "Clavel",
        ("Nobbio Red|Red", "Moonlight|White", "Don Pedro|Red", "Komachi|Pink", "Lion King|Orange",
         "Brut|Green", "Hermes|Yellow", "Moonaqua|Lavender", "Zurigo|Burgundy",
         "Antigua|Champagne"),
        _GRADES, 20, 20, (14, 26),
    ),
    Family(
        "mini_carnation", "Mini Carnations", "Mini Carnation", "Mini Clavel",
        ("Rony|Red", "Bagatel|White", "Aragón|Hot Pink", "Odessa|Orange", "Caramel|Bicolor",
         "Spectro|Purple", "Prado Mint|Green", "Academy|Cream"),
        ("Select", "Fancy"), 10, 24, (18, 30),
    ),
    Family(
        "hydrangea", "Hydrangea", "Hydrangea", "Hortensia",
        ("Natural|White", "Natural|Blue", "Natural|Green", "Tinted|Pink", "Tinted|Purple",
         "Antique|Green", "Shocking|Blue"),
        ("Mini", "Select", "Premium", "Jumbo"), 1, 40, (78, 165),
    ),
    Family(
        "alstroemeria", "Alstroemeria", "Alstroemeria", "Alstroemeria",
        ("Whistler|White", "Virginia|White", "Nadya|Red", "Tampa|Pink", "Primadonna|Hot Pink",
         "Shakira|Yellow", "Fuego|Orange", "Pandora|Purple"),
        ("Select", "Fancy", "Super Select"), 10, 20, (17, 34),
    ),
    Family(
        "chrysanthemum", "Chrysanthemum", "Chrysanthemum", "Crisantemo",
        ("Cushion|White", "Cushion|Yellow", "Cushion|Lavender", "Daisy|White", "Daisy|Bronze",
         "Button|Green", "Button|Yellow", "Novelty|Red", "Spider|Green", "Disbud Magnum|White",
         "Cremón|Yellow", "Football|Lavender"),
        ("Standard", "Premium"), 10, 16, (19, 58),
    ),
    Family(
        "gypsophila", "Fillers", "Gypsophila", "Gypsophila",
        ("Xlence|White", "Million Star|White", "Tinted|Rainbow", "Overtime|White"),
        ("500 g", "750 g", "1000 g"), 10, 14, (32, 60),
    ),
    Family(
        "filler", "Fillers", "Filler", "Relleno",
        ("Limonium Maine|Blue", "Limonium Safora|Lavender", "Statice|Purple", "Statice|White",
         "Solidago|Yellow", "Aster Montecasino|White", "Hypericum Coco|Red", "Eryngium|Blue"),
        ("Standard", "Premium"), 10, 18, (24, 48),
    ),
    Family(
        "lily", "Lilies", "Lily", "Lirio",
        ("Stargazer|Pink", "Casa Blanca|White", "LA Brindisi|Pink", "LA Pavia|Yellow",
         "LA Tresor|Orange", "Longiflorum|White"),
        ("2-3 blooms", "3-5 blooms"), 10, 12, (62, 130),
    ),
    Family(
        "gerbera", "Gerbera", "Gerbera", "Gérbera",
        ("Mini|Red", "Mini|Yellow", "Mini|Hot Pink", "Mini|Orange", "Standard|White",
         "Standard|Red", "Pasta|Bicolor"),
        ("Select",), 10, 18, (28, 46),
    ),
    Family(
        "tropical", "Tropicals", "Tropical", "Tropical",
        ("Anthurium Tropical|Red", "Anthurium Acrópolis|White", "Bird of Paradise|Orange",
         "Heliconia Wagneriana|Red", "Ginger|Pink"),
        ("Medium", "Large"), 5, 12, (85, 190),
    ),
    Family(
        "snapdragon", "Summer Flowers", "Summer", "Verano",
        ("Snapdragon|White", "Snapdragon|Pink", "Snapdragon|Yellow", "Sunflower|Yellow",
         "Delphinium Bella Donna|Blue", "Stock|Lavender", "Calla|White", "Calla|Purple"),
        ("60 cm", "70 cm"), 10, 14, (36, 88),
    ),
    Family(
        "green", "Greens", "Greens", "Follaje",
        ("Ruscus|Green", "Leather Leaf|Green", "Eucalyptus Silver Dollar|Green",
         "Eucalyptus Baby Blue|Blue", "Cocculus|Green"),
        ("Standard",), 10, 22, (9, 22),
    ),
)  # fmt: skip
FAMILY_BY_KEY: dict[str, Family] = {family.key: family for family in FAMILIES}

Naming = Callable[[Family, str, str, str], str]


def english_products() -> tuple[Product, ...]:
    """Some 290 products named in English, with six-digit legacy codes (`"007123"`)."""

    def name(family: Family, variety: str, color: str, grade: str) -> str:
        if variety == "Ñandú":
            return f"Rosa {variety} {grade}"
        return f"{family.english} {variety} {color} {grade}"

    return _products("english", name, _ASSORTED_ENGLISH, share=1.0, code_width=6)


def spanish_products() -> tuple[Product, ...]:
    """Some 240 products in Spanish capitals. IDs overlap the other list, with other meanings."""

    def name(family: Family, variety: str, color: str, grade: str) -> str:
        words = f"{family.spanish} {variety} {COLOURS_ES[color]} {grade.replace(' ', '')}"
        return words.upper()

    return _products("spanish", name, _ASSORTED_SPANISH, share=0.85, code_width=5)


def _products(
    key: str, name: Naming, assorted: tuple[str, ...], *, share: float, code_width: int
) -> tuple[Product, ...]:
    dice = chance("catalogue", key)
    rows = [
        (family, variety, grade)
        for family in FAMILIES
        for variety in family.varieties
        for grade in family.grades
        if dice.random() < share
    ]
    ids = dice.sample(range(10_001, 10_001 + 2 * (len(rows) + len(assorted))), len(rows) + 9)
    products = [
        Product(
            id=product_id,
            description=name(family, variety, color, grade),
            family=family.key,
            category=family.category,
            variety=variety,
            color=color,
            grade=grade,
            legacy_code=str(dice.randrange(1, 9_999)).zfill(code_width),
            tags=dice.choice(("", "", "everyday", "mass market,upc", "wedding", "Día de la Madre")),
            active=dice.random() > 0.03,
        )
        for product_id, (family, named, grade) in zip(ids, rows, strict=False)
        for variety, _, color in (named.partition("|"),)
    ]
    products += [
        Product(product_id, text, ASSORTED, "Assorted", "", "Assorted", "", "", "mixed")
        for product_id, text in zip(ids[len(rows) :], assorted, strict=False)
    ]
    return tuple(sorted(products, key=lambda product: product.description))
