"""An importer and its lists: locations, box types, carriers, vendors, customers, products."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Location:
    """One warehouse of an importer."""

    id: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class BoxType:
    """One box type. `fbe` is the share of a full box that one such box counts for."""

    id: int
    code: str
    fbe: Decimal
    network_name: str
    network_id: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """One trucking line."""

    id: int
    code: str
    name: str
    city: str
    state: str
    zip_code: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Vendor:
    """One farm that sells to the importer. `grows` are keys of `flowers.FAMILY_BY_KEY`."""

    id: int
    code: str
    name: str
    origin: str
    grows: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Customer:
    """One buyer of the importer."""

    id: int
    code: str
    name: str
    kind: str
    sales_person_id: int
    sales_person: str
    location_id: int
    updated_on: datetime
    active: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """One product of an importer's list. `family` says who grows it and what it costs."""

    id: int
    description: str
    family: str
    category: str
    variety: str
    color: str
    grade: str
    legacy_code: str
    tags: str
    active: bool = True


@dataclass(frozen=True)
class Company:
    """One importer on Komet, with lists of its own. Its IDs mean nothing at another importer."""

    key: str
    id: int
    name: str
    text_numbers: bool
    """True when this Komet system sends nearly every number as text."""
    unlisted_box_type: str
    """A code that lines carry and `boxtype.list` does not know."""
    own_vendor_id: int
    """The vendor ID of our own farm at this importer."""
    locations: tuple[Location, ...]
    box_types: tuple[BoxType, ...]
    carriers: tuple[Carrier, ...]
    vendors: tuple[Vendor, ...]
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
