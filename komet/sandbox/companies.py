"""The two importers of the sandbox, with different lists, IDs and box factors."""

from decimal import Decimal
from functools import cache

from komet.sandbox.catalogue import english_products, spanish_products
from komet.sandbox.masters import BoxType, Company, Location
from komet.sandbox.partners import carriers, customers, magnolia_vendors, petalo_vendors

MAGNOLIA = "magnolia"
PETALO = "petalo"

MAGNOLIA_OWN_VENDOR_ID = 3101
PETALO_OWN_VENDOR_ID = 812


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
        customers=customers(MAGNOLIA, 7001, tuple(place.id for place in locations)),
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
