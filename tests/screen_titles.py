"""The screens, by the file of each page, and the title that each shows in English."""

TITLES = {
    "overview": "Komet Desk",
    "purchase_orders": "Purchase orders",
    "labels": "Labels",
    "po_download": "PO download",
    "sku_mapping": "SKU mapping",
    "client_providers": "Client providers",
    "tokens": "Tokens",
    "changes": "Changes",
    "planning": "Planning",
    "excel_import": "Import from Excel",
    "export_templates": "Export templates",
    "activity": "Activity",
    "api_explorer": "API explorer",
    "catalogs": "Catalogs",
    "dispatch": "Dispatch",
    "ship": "Ship",
    "invoices": "Invoices",
    "outbox": "Outbox",
    "new_orders": "New orders and stock",
    "in_transit": "In transit",
}
