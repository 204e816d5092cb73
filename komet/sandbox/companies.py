"""The two importers of the sandbox, with different lists, IDs and box factors, and whom they
deal with: farms, carriers and customers."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from komet.sandbox.chance import chance
from komet.sandbox.flowers import english_products, spanish_products
from komet.sandbox.masters import BoxType, Carrier, Company, Customer, Location, Vendor

OWN_FARM = "Flores del Valle Andino"

_FARMS_MAGNOLIA: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("FVA", OWN_FARM, "BOG", ("rose", "spray_rose", "alstroemeria")),
    ("ELR", "Rosas El Rosedal S.A.S.", "BOG", ("rose", "spray_rose")),
    ("CSA", "Claveles de la Sabana", "BOG", ("carnation", "mini_carnation")),
    ("HLC", "Hortensias La Ceja", "MDE", ("hydrangea", "green")),
    ("CRN", "Crisantemos Rionegro", "MDE", ("chrysanthemum", "filler")),
    ("NCT", "Nevado Cotopaxi Roses", "UIO", ("rose", "gypsophila")),
    ("PIC", "Agrícola Pichincha", "UIO", ("gypsophila", "filler", "snapdragon")),
    ("TPG", "Trópico del Guayas", "GYE", ("tropical", "green")),
    ("OLD", "Jardines de Ayer (cerrada)", "BOG", ("lily",)),
)
_FARMS_PETALO: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ANDINO", OWN_FARM, "BOG", ("rose", "spray_rose", "alstroemeria")),
    ("NINA", "Flores La Niña", "BOG", ("alstroemeria", "carnation")),
    ("STAMAR", "C.I. Santa Marta Flowers", "BOG", ("carnation", "mini_carnation", "gerbera")),
    ("ORIENTE", "Flores del Oriente Antioqueño", "MDE", ("hydrangea", "chrysanthemum")),
    ("LIRIOS", "Lirios & Más", "MDE", ("lily", "gerbera", "snapdragon")),
    ("CAYAMBE", "Rosas de Cayambe Cía. Ltda.", "UIO", ("rose",)),
    ("TABACUN", "Tabacundo Summer Farms", "UIO", ("gypsophila", "filler", "snapdragon")),
    ("COSTA", "Follajes de la Costa", "GYE", ("green", "tropical")),
)
_BUYERS = (
    "Harbor Street Florist", "Blue Heron Wholesale", "Green Valley Markets", "The Petal Pushers",
    "Fresh Fields Grocers #12", "Oak & Ivy Events", "Sunrise Supermarkets", "Bloomfield Brothers",
    "Casa Peña Floristería", "Northgate Floral Supply", "Maple Leaf Flowers", "Ñuñoa Flower Shop",
    "Prairie Rose Wholesale", "Lakeside Bouquets", "Jardín Secreto LLC", "Union Square Stems",
    "Golden Gate Blooms", "Rosewood Weddings", "Corner Market Co-op", "Pine Ridge Florals",
    "Tía Carmen's Flowers", "Old Town Flower Market", "Desert Bloom Wholesale", "Bay Area Stems",
    "Magnolia & Main", "Capitol Hill Flowers", "Riverbend Grocers", "Snow Peak Florist",
    "Three Sisters Bouquets", "Fleur & Fils", "Hilltop Garden Center", "Atlantic Floral Network",
)  # fmt: skip
_CARRIERS = (
    ("ARM", "Armellini Sample Lines", "Palm City", "FL", "34990"),
    ("FLT", "Florida Beauty Demo Truck", "Doral", "FL", "33172"),
    ("PKP", "Customer Pick Up", "Miami", "FL", "33122"),
    ("NWX", "Northwest Express", "Portland", "OR", "97218"),
    ("CCT", "Cold Chain Transport", "Boston", "MA", "02128"),
    ("DLV", "Local Delivery", "Miami", "FL", "33126"),
    ("OLD", "Retired Truck Line", "Ocala", "FL", "34470"),
)
_SELLERS = ((21, "Ana Muñoz"), (22, "Pat Green"), (23, "José Ángel Ruiz"))

MAGNOLIA = "magnolia"
PETALO = "petalo"

MAGNOLIA_OWN_VENDOR_ID = 3101
PETALO_OWN_VENDOR_ID = 812


def magnolia_vendors() -> tuple[Vendor, ...]:
    """Eight farms and a closed one."""
    return _vendors(_FARMS_MAGNOLIA, first=3101)


def petalo_vendors() -> tuple[Vendor, ...]:
    """Eight farms, our own among them under another ID."""
    return _vendors(_FARMS_PETALO, first=812)


def carriers(first: int) -> tuple[Carrier, ...]:
    """Seven carriers, the last one no longer in use; IDs from `first`."""
    return tuple(
        Carrier(first + at, code, name, city, state, zip_code, active=code != "OLD")
        for at, (code, name, city, state, zip_code) in enumerate(_CARRIERS)
    )


def customers(key: str, first: int, locations: tuple[int, ...]) -> tuple[Customer, ...]:
    """Thirty customers in an order of their own, two of them inactive; IDs from `first`."""
    dice = chance("customers", key)
    names = dice.sample(_BUYERS, 30)
    rows = []
    for at, name in enumerate(names):
        seller_id, seller = dice.choice(_SELLERS)
        rows.append(
            Customer(
                id=first + at * 3,
                code=f"{name[:3].upper().strip()}{at + 1:02d}",
                name=name,
                kind=dice.choice(("Retailer", "Wholesaler", "Supermarket")),
                sales_person_id=seller_id,
                sales_person=seller,
                location_id=dice.choice(locations),
                updated_on=datetime(2026, 1, 5, 14, 30)  # noqa: DTZ001 (an answer shows no zone)
                + timedelta(days=dice.randrange(0, 250), minutes=dice.randrange(0, 600)),
                active=at not in {11, 23},
            )
        )
    return tuple(rows)


def _vendors(
    farms: tuple[tuple[str, str, str, tuple[str, ...]], ...], first: int
) -> tuple[Vendor, ...]:
    return tuple(
        Vendor(first + at * 7, code, name, origin, grows, active=code != "OLD")
        for at, (code, name, origin, grows) in enumerate(farms)
    )


@cache
def companies() -> dict[str, Company]:
    """Both importers by key. They do not depend on the seed, so that mappings stay valid."""
    return {MAGNOLIA: _magnolia(), PETALO: _petalo()}


def _magnolia() -> Company:
    locations = (
        Location(11, "Magnolia Miami", "MIA"),
        Location(12, "Magnolia Los Angeles", "LAX"),
        Location(14, "Magnolia Boston", "BOS"),
    )
    return Company(
        key=MAGNOLIA,
        id=501,
        name="Magnolia Imports",
        text_numbers=False,
        unlisted_box_type="JB",
        own_vendor_id=MAGNOLIA_OWN_VENDOR_ID,
        locations=locations,
        box_types=(
            BoxType(1, "FB", Decimal("1"), "Full", 1),
            BoxType(2, "HB", Decimal("0.5"), "Half", 2),
            BoxType(3, "QB", Decimal("0.25"), "Quarter", 3),
            BoxType(4, "EB", Decimal("0.125"), "Eighth", 4),
            BoxType(9, "QBX", Decimal("0.3"), "Quarter", 3),
        ),
        carriers=carriers(61),
        vendors=magnolia_vendors(),
        customers=customers(MAGNOLIA, 7001, tuple(row.id for row in locations)),
        products=english_products(),
    )


def _petalo() -> Company:
    return Company(
        key=PETALO,
        id=502,
        name="Pétalo & Sons",
        text_numbers=True,
        unlisted_box_type="XB",
        own_vendor_id=PETALO_OWN_VENDOR_ID,
        locations=(Location(1, "Pétalo Main Warehouse", "MAIN"),),
        box_types=(
            BoxType(31, "FB", Decimal("1"), "Full", 1),
            BoxType(32, "HB", Decimal("0.48"), "Half", 2),
            BoxType(33, "QB", Decimal("0.24"), "Quarter", 3),
            BoxType(34, "EB", Decimal("0.12"), "Eighth", 4),
            BoxType(40, "SB", Decimal("0.2"), "Quarter", 3),
        ),
        carriers=carriers(5),
        vendors=petalo_vendors(),
        customers=customers(PETALO, 410, (1,)),
        products=spanish_products(),
    )
