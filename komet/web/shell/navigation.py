"""The screens of the app: their files, titles, signs and places in the navigation."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from komet.language import _, _later

ICON = Path(__file__).parent / "icon.svg"
"""Of our own: one of Streamlit's would be fetched from a server on the internet."""

LOGO = Path(__file__).parent / "logo.svg"

_SCREENS = {
    "": {
        "overview": (_later("Overview"), "home"),
    },
    _later("Orders"): {
        "purchase_orders": (_later("Purchase orders"), "list_alt"),
        "changes": (_later("Changes"), "difference"),
        "planning": (_later("Planning"), "pivot_table_chart"),
        "po_download": (_later("PO download"), "cloud_download"),
        "excel_import": (_later("Import from Excel"), "upload_file"),
    },
    _later("Dispatch"): {
        "dispatch": (_later("Dispatch"), "task_alt"),
        "ship": (_later("Ship"), "local_shipping"),
        "labels": (_later("Labels"), "barcode"),
        "invoices": (_later("Invoices"), "receipt_long"),
        "in_transit": (_later("In transit"), "flight_takeoff"),
        "new_orders": (_later("New orders and stock"), "add_shopping_cart"),
        "outbox": (_later("Outbox"), "outbox"),
    },
    _later("Set-up"): {
        "sku_mapping": (_later("SKU mapping"), "compare_arrows"),
        "export_templates": (_later("Export templates"), "view_column"),
        "client_providers": (_later("Client providers"), "storefront"),
        "tokens": (_later("Tokens"), "key"),
        "activity": (_later("Activity"), "history"),
    },
    _later("Komet API"): {
        "catalogs": (_later("Catalogs"), "menu_book"),
        "api_explorer": (_later("API explorer"), "terminal"),
    },
}


def tab_title(screen: str) -> str:
    """What the browser's tab says: the screen first, because tabs are narrow."""
    return f"{screen} · Komet Desk"


def all_screens() -> tuple[dict[str, StreamlitPage], dict[str, list[StreamlitPage]]]:
    """Every screen by its file's name, and the same under the headings of the navigation."""
    pages: dict[str, StreamlitPage] = {}
    groups: dict[str, list[StreamlitPage]] = {}
    for group, screens in _SCREENS.items():
        for name, (title, sign) in screens.items():
            pages[name] = st.Page(
                f"pages/{name}.py",
                title=_(title),
                icon=f":material/{sign}:",
                default=name == "overview",
            )
        groups[_(group)] = [pages[name] for name in screens]
    return pages, groups
