"""Komet Desk: Komet Sales purchase orders in, mapped and checked Excel files out."""

__version__ = "0.1.0"
