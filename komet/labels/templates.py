"""Label templates that are kept: listed, found by name, saved, deleted."""

from typing import NamedTuple

from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput, NotFound
from komet.labels import table
from komet.labels.layout import check_room
from komet.labels.template import READY_MADE, LabelTemplate, parse_template
from komet.language import _, current
from komet.permissions import Actor, Permission


class Templates(NamedTuple):
    """Templates by name, and the reason why each stored one that cannot be used cannot."""

    usable: dict[str, LabelTemplate]
    broken: dict[str, InvalidInput]


def list_templates(ctx: AppContext) -> Templates:
    """The ready-made ones, then the stored ones."""
    with ctx.read() as con:
        stored = table.definitions(con)
    usable, broken = dict(READY_MADE), {}
    for name, definition in stored.items():
        try:
            usable[name] = parse_template(definition)
        except InvalidInput as error:
            broken[name] = error
    return Templates(usable, broken)


def default_template() -> LabelTemplate:
    """The first ready-made one in the language in force, else the first."""
    every = list(READY_MADE.values())
    return next((one for one in every if one.language == current()), every[0])


def find_template(ctx: AppContext, name: str) -> LabelTemplate:
    """The template of that name, ignoring case.

    Raises `NotFound`, which lists the names, and `InvalidInput` for a stored one that is broken.
    """
    known, broken = list_templates(ctx)
    asked = name.strip().casefold()
    for stored, error in broken.items():
        if stored.casefold() == asked:
            raise InvalidInput(
                _("The label template “{name}” cannot be used.").format(name=stored),
                error.reason,
                _("Save it anew on Labels, or take another."),
            )
    for stored, template in known.items():
        if stored.casefold() == asked:
            return template
    raise NotFound(
        _("There is no label template “{name}”.").format(name=name),
        _("There are: {known}.").format(known=", ".join(known)),
    )


def save_template(ctx: AppContext, actor: Actor, template: LabelTemplate) -> None:
    """Store a template; one of the same name, ignoring case, is replaced.

    Raises `InvalidInput` for a ready-made one's name or a wrong layout, and `NotPermitted`.
    """
    parse_template(template.model_dump())
    check_room(template)
    if template.name.casefold() in {name.casefold() for name in READY_MADE}:
        raise InvalidInput(
            _("“{name}” is ready-made and stays as it is.").format(name=template.name),
            next_step=_("Save yours under another name."),
        )
    with ctx.write(actor, Permission.EDIT_TEMPLATES) as con:
        table.save(con, template.name, template.model_dump(mode="json"), ctx.now())
        audit.record(con, "label template saved", template.name, ctx.now())


def delete_template(ctx: AppContext, actor: Actor, name: str) -> None:
    """Forget a stored template, usable or not; nothing happens where there is none of that name.

    Raises `NotPermitted`.
    """
    with ctx.write(actor, Permission.EDIT_TEMPLATES) as con:
        table.delete(con, name)
        audit.record(con, "label template deleted", name, ctx.now())
