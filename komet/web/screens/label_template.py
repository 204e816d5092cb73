"""The label template of the Labels screen: chosen, changed, saved, deleted."""

from typing import Any

import streamlit as st

from komet.context import AppContext
from komet.labels.model import FIELD_LABELS, Field
from komet.labels.template import (
    BARCODE_LABELS,
    DPI,
    GTIN_SOURCE_LABELS,
    READY_MADE,
    SIZES,
    Barcode,
    GtinSource,
    LabelTemplate,
    Media,
    parse_template,
    title_of,
)
from komet.labels.templates import default_template, delete_template, list_templates, save_template
from komet.language import _, languages
from komet.web.screens.ordered_rows import ordered_rows
from komet.web.shell import failures, state
from komet.web.shell.session import actor


def template_choice(ctx: AppContext) -> LabelTemplate:
    """The chosen template as its editor says it. Raises `InvalidInput` while it does not fit."""
    every, broken = list_templates(ctx)
    picked = st.session_state.pop(state.LABEL_TEMPLATE_PICK, None)
    if picked in every:
        st.session_state[state.LABEL_TEMPLATE] = picked
    if st.session_state.get(state.LABEL_TEMPLATE) not in every:
        st.session_state[state.LABEL_TEMPLATE] = default_template().name
    name = st.selectbox(
        _("Label template"), list(every), format_func=title_of, key=state.LABEL_TEMPLATE
    )
    with st.expander(_("Change the template")):
        for stored, error in broken.items():
            _broken_template(ctx, stored, error.reason)
        if name in READY_MADE:
            st.caption(_("This one is ready-made: change it and save it under a name of your own."))
        template = parse_template(_editor(every[name], key=name))
        row = st.container(horizontal=True)
        if row.button(_("Save template"), key="label_template_save"):
            save_template(ctx, actor(), template)
            st.session_state[state.LABEL_TEMPLATE_PICK] = template.name
            failures.notice(_("Saved {name}.").format(name=template.name))
            st.rerun()
        if name not in READY_MADE and row.button(
            _("Delete {name}").format(name=failures.plain(name)), key="label_template_delete"
        ):
            delete_template(ctx, actor(), name)
            failures.notice(_("Deleted {name}.").format(name=name))
            st.rerun()
    return template


def _broken_template(ctx: AppContext, name: str, reason: str) -> None:
    st.markdown(
        ":material/warning: "
        + _("**{name}** cannot be used. {reason}").format(
            name=failures.plain(name), reason=failures.plain(reason)
        )
    )
    if st.button(_("Delete {name}").format(name=failures.plain(name)), key=f"broken_label_{name}"):
        delete_template(ctx, actor(), name)
        st.rerun()


def _editor(template: LabelTemplate, key: str) -> dict[str, Any]:
    left, right = st.columns(2)
    codes = list(languages())
    name = left.text_input(_("Name"), template.name, key=f"label_name_{key}")
    spoken = right.selectbox(
        _("Language"), codes, index=codes.index(template.language),
        format_func=lambda code: languages()[code], key=f"label_language_{key}",
    )  # fmt: skip
    every_media = list(Media)
    media = left.selectbox(
        _("Labels"), every_media, index=every_media.index(template.media),
        format_func=lambda one: _(SIZES[one].label), key=f"label_media_{key}",
    )  # fmt: skip
    dpi = right.selectbox(
        _("Dots per inch of the ZPL printer"), DPI, index=DPI.index(template.dpi),
        key=f"label_dpi_{key}",
    )  # fmt: skip
    fields = _fields(template, f"label_fields_{key}")
    barcodes = st.multiselect(
        _("Barcodes, from top to bottom"), list(Barcode), default=list(template.barcodes),
        format_func=lambda one: _(BARCODE_LABELS[one]), placeholder=_("none"),
        key=f"label_barcodes_{key}",
        help=_("The box code is what Komet knows a box by. GS1 barcodes are lower here than the"
               " 32 mm that GS1 wants on logistic labels."),
    )  # fmt: skip
    return {
        "name": name,
        "language": spoken,
        "media": media.value,
        "dpi": dpi,
        "fields": [field.value for field in fields],
        "barcodes": [barcode.value for barcode in barcodes],
        **_gs1_settings(template, barcodes, key),
    }


def _fields(template: LabelTemplate, key: str) -> list[Field]:
    words = {one: _(FIELD_LABELS[one]) for one in Field}
    ordered = ordered_rows(
        key,
        [{"field": words[one]} for one in template.fields],
        {"field": st.column_config.TextColumn(_("Field"))},
        disabled=("field",),
        add=lambda word: {"field": word},
        choices=list(words.values()),
        add_label=_("Add a field"),
        once="field",
    )
    fields = {word: one for one, word in words.items()}
    return list(dict.fromkeys(fields[row["field"]] for row in ordered))


def _gs1_settings(template: LabelTemplate, barcodes: list[Barcode], key: str) -> dict[str, Any]:
    """What only GS1 barcodes need; kept as it is where there is none."""
    found: dict[str, Any] = template.model_dump(
        mode="json", include={"gtin_source", "gtin", "with_lot", "company_prefix", "extension"}
    )
    left, right = st.columns(2)
    if Barcode.GS1 in barcodes:
        sources = list(GtinSource)
        source = left.selectbox(
            _("The GTIN is"), sources, index=sources.index(template.gtin_source),
            format_func=lambda one: _(GTIN_SOURCE_LABELS[one]), key=f"label_gtin_source_{key}",
            help=_("Orders have no GTIN of their own. It must be the box's, and its check digit"
                   " right; else the box gets no label, and you are told."),
        )  # fmt: skip
        found["gtin_source"] = source.value
        found["with_lot"] = right.checkbox(
            _("With the lot"), template.with_lot, key=f"label_lot_{key}"
        )
        if source is GtinSource.FIXED:
            found["gtin"] = right.text_input(_("GTIN"), template.gtin, key=f"label_gtin_{key}")
    if Barcode.SSCC in barcodes:
        found["company_prefix"] = left.text_input(
            _("GS1 company prefix"), template.company_prefix, key=f"label_prefix_{key}",
            help=_("Yours, from GS1. Each box gets the next serial number, and keeps it when its"
                   " label is printed again."),
        )  # fmt: skip
        found["extension"] = right.number_input(
            _("Extension digit"), 0, 9, template.extension, key=f"label_extension_{key}"
        )
    return found
