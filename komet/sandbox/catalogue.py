"""The product lists of the importers: the same flowers, with names, IDs and codes of their own."""

from collections.abc import Callable

from komet.sandbox.chance import chance
from komet.sandbox.families import COLOURS_ES, FAMILIES, Family
from komet.sandbox.masters import Product

ASSORTED = "assorted"
"""The family key of products that stand for a mixed box."""

Naming = Callable[[Family, str, str, str], str]

_ASSORTED_ENGLISH = (
    "Assorted Rose Box",
    "Assorted Garden Mix",
    "Carnation Rainbow Box",
    "Grower's Choice Assorted",
)
_ASSORTED_SPANISH = ("CAJA SURTIDA ROSA", "CAJA SURTIDA JARDÍN", "SURTIDO CLAVEL ARCOÍRIS")


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
