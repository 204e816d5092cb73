"""The keys of `st.session_state` that more than one place knows, or that no widget owns."""

ENTERED = "_entered"
"""Set by `navigation.py` on every run, removed by the guard: the page was reached in the app."""

REQUESTED = "_wanted"
"""The page and the link's parameters of a visitor who came past `navigation.py`."""

VISIT = "_visit"
"""The screen that is visited, and how many visits there were."""

ADDRESSES = "_addresses"
"""What each part of a screen has last said in the address."""

NOTICE = "_notice"
"""One sentence to show after a rerun."""

ORDERS_LINK = "_orders_link"
"""The orders filter as URL parameters, for when the user comes back from another page."""

ORDERS_VIEW = "orders_view"
"""The view that is chosen on Purchase orders: a work list, the ID of a saved view, or nothing."""

ORDERS_LINKED = "_orders_linked"
"""A view that a link has opened, whoever owns it."""

ORDERS_PICK = "_orders_pick"
"""The view to choose on the next run, after one was saved or deleted."""

TOKEN_ADDED = "_token_added"
"""The token that was added last, whose check is shown below the form."""

TOKEN_FORMS = "_token_forms"
"""How often a token was added: part of the keys of the fields, which are empty after it."""

PROVIDER_ADDED = "_provider_added"
"""The client provider that was added last, whose check is shown below the form."""

PROVIDER_FORMS = "_provider_forms"
"""How often a client provider was added: part of the keys of the fields."""

EXPORT_JOB = "_export_job"
"""The large export that this session has asked for last, at work or through."""

SAMPLE_RUNS = "_sample_runs"
"""The runs that fill the sample data, while the Overview waits for them."""

CHANGES_KINDS = "changes_kinds"
"""The kinds of change whose tiles are pressed on Changes."""

CANCELLED = "cancelled_orders"
"""Whether this session shows what was cancelled, on every screen."""

ORDERS_COLUMNS = "orders_columns"
"""The columns of the view that is open; empty where those of the person are shown."""

TEMPLATE = "export_template_chosen"
"""The export template that is being edited."""

TEMPLATE_PICK = "_template_pick"
"""The template to choose on the next run, after one was saved."""

LABEL_TEMPLATE = "label_template_chosen"
"""The label template that is chosen on Labels."""

LABEL_TEMPLATE_PICK = "_label_template_pick"
"""The template to choose on the next run, after one was saved."""

LABELS_PRINTING = "_labels_printing"
"""Until when labels that were asked for may still be counted, and the stamps of the data then."""

FILE_IMPORTS = "_file_imports"
"""How often an order file was imported: part of the uploader's key."""

MAPPING_UNSAVED = "_mapping_unsaved"
"""What was typed in the grids and not saved, by client and kind."""

MAPPING_SAVES = "_mapping_saves"
"""How often mappings were written: part of the keys of the grid and of the uploader."""

MAPPING_CHECKED = "_mapping_checked"
"""What was made of the file on the screen, by place: what from, and what it found."""

MAPPING_OVERTAKEN = "_mapping_overtaken"
"""Sentences on mappings that were not written, because somebody else was faster."""

PREVIEWS = "_previews"
"""The previews on the screen, by place: what each was made from, and what it found."""

INVOICE_BATCH = "_invoice_batch"
"""The last batch that was followed on Invoices."""

INVOICE_UPLOADS = "_invoice_uploads"
"""How often all files on Invoices were sent: part of the uploader's key."""

INVOICES_SENT = "_invoices_sent"
"""The uploader's IDs of the files that were sent."""

INVOICES_LISTED = "_invoices_listed"
"""What Komet has listed last: what was asked for, the invoices, the batch followed at the time."""

OVERTAKEN = "_overtaken"
"""What was not planned at the last press of Send, because somebody else was faster."""

WRITES_TABLE = "_writes_table"
"""How often something was done with chosen writes: part of the key of their table."""

DISPATCH_TYPED = "_dispatch_typed"
"""Boxes to confirm that are typed on Dispatch and not sent yet, by line."""

DISPATCH_GRID = "_dispatch_grid"
"""How often the column was filled at once: part of the key of its table."""

DISPATCH_PASTED = "_dispatch_pasted"
"""What could not be used of the last text that was pasted on Dispatch."""

DISPATCH_FILES = "_dispatch_files"
"""How often a dispatch file was sent: part of the uploader's key."""

PREBOOK_LINES = "_prebook_lines"
"""The prebook lines that were listed last: of which client, for which days, and when."""

PREBOOK_TABLE = "_prebook_table"
"""How often the selection of prebook lines was cleared: part of the key of their table."""

SHIP_CHOSEN = "_ship_chosen"
"""The lines that are ticked on Ship."""

SHIP_CODES = "_ship_codes"
"""Box codes that are written in the table of Ship and not kept yet, by line."""

SHIP_GRID = "_ship_grid"
"""How often box codes were kept or sent: part of the keys of the tables of Ship."""

SHIP_FORMS = "_ship_forms"
"""How often lines were shipped: part of the keys of the fields beside the table."""

SCANNED = "_scanned"
"""Whether the last scan was taken, and what is said of it."""

NARROW = "_narrow"
"""Whether the browser's window is as narrow as a phone's, once it has told."""

LANGUAGE = "_language"
"""The language of this session: a key of `komet.language.languages()`."""

PERSON = "_person"
"""The name under which this session's changes are recorded."""

REMEMBER = "_remember"
"""Whether language or name were changed in this session, so that the browser must remember."""

EXPLORED = "_explored"
"""The last call that was sent from the API explorer, and what came of it."""

EXPLORER_METHOD = "explorer_method"
"""The method that is chosen in the API explorer."""

EXPLORER_RAW = "explorer_raw"
"""Whether its parameters are written as JSON there."""

EXPLORER_JSON = "explorer_json"
"""The parameters as JSON."""

EXPLORER_WRITES = "explorer_writes"
"""Whether methods that write are switched on in this session."""
