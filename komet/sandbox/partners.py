"""Whom the importers deal with: farms, carriers and customers."""

from datetime import datetime, timedelta

from komet.sandbox.chance import chance
from komet.sandbox.masters import Carrier, Customer, Vendor

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
                updated_on=datetime(2026, 1, 5, 14, 30)  # noqa: DTZ001 (the wire shows no zone)
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
