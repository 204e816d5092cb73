"""Who may do what, in one table. Operations ask it through `AppContext.write` and `authorize`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from komet.errors import AppError
from komet.language import _, _later


class Permission(StrEnum):
    """What an operation needs."""

    MANAGE_TOKENS = _later("manage tokens")
    MANAGE_PROVIDERS = _later("manage client providers")
    EDIT_MAPPING = _later("edit the mapping")
    DOWNLOAD = _later("download")
    IMPORT_ORDERS = _later("import orders from a file")
    SCHEDULE = _later("schedule refreshes")
    SAVE_VIEWS = _later("save views")
    EDIT_TEMPLATES = _later("edit export templates")
    EXPORT = _later("export")
    READ_KOMET = _later("read from Komet")
    WRITE_TO_KOMET = _later("write to Komet")
    MAINTAIN = _later("back up and restore")


class Role(StrEnum):
    """Today every person is an administrator; a role with fewer rights is a row of `GRANTS`."""

    ADMINISTRATOR = _later("administrator")
    SYSTEM = _later("system")


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.SYSTEM: frozenset(Permission),
}


class Actor(BaseModel):
    """Who acts. There is no sign-in, so the name is what a person claims, not a proof."""

    model_config = ConfigDict(frozen=True)

    name: str
    role: Role = Role.ADMINISTRATOR


SYSTEM = Actor(name="Komet Desk", role=Role.SYSTEM)
"""The program itself: start-up, the clock, housekeeping."""


class NotPermitted(AppError):
    """The actor's role does not grant the permission."""

    code = "not_permitted"

    def __init__(self, actor: Actor, permission: Permission) -> None:
        super().__init__(
            _("{person} may not do this: {permission}.").format(
                person=actor.name, permission=_(permission)
            ),
            _("The role “{role}” does not grant it.").format(role=_(actor.role)),
            _("Ask an administrator of Komet Desk."),
        )
        self.actor = actor
        self.permission = permission


def require(actor: Actor, permission: Permission) -> None:
    """Raise `NotPermitted` where the actor's role does not grant the permission."""
    if permission not in GRANTS.get(actor.role, frozenset()):
        raise NotPermitted(actor, permission)
