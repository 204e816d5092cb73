"""Who acts in the command line."""

from komet.permissions import Actor
from komet.settings import computer_user, settings


def actor() -> Actor:
    """Whom `KOMET_PERSON` names, else the computer's user, as an administrator: no sign-in."""
    return Actor(name=settings().person or computer_user())
