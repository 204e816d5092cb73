"""What several commands take: switches, and client providers by their names."""

from typing import Annotated

from cyclopts import Parameter

from komet.clients.providers import find_provider
from komet.context import AppContext

Names = Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")]
Switch = Annotated[bool, Parameter(negative="")]


def provider_ids(ctx: AppContext, names: list[str] | None) -> tuple[str, ...]:
    """The IDs of the client providers of these names; none for no names. Raises `NotFound`."""
    return tuple(find_provider(ctx, name).id for name in names or ())
