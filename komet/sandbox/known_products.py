"""Which product a call means, by ID, code, description or an alias; none means UNKNOWN."""

from komet.sandbox.call import Parameters
from komet.sandbox.masters import Product
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken


def known_product(state: SandboxState, token: SampleToken, given: Parameters) -> Product | None:
    """The product of `productId`, else of `productCode`, else of `productDescription`.

    `None` where the importer has not mapped it. A code that is known beside a description that is
    not makes an alias of the description, for all calls to come.
    """
    products = state.companies[token.company].products
    aliases = state.aliases[token.company]
    if wanted := given.get("productId"):
        return next((row for row in products if str(row.id) == wanted), None)
    text = given.get("productDescription", "").strip().casefold()
    described = next(
        (row for row in products if text and text == row.description.casefold()),
        None,
    ) or next((row for row in products if row.id == aliases.get(text)), None)
    if code := given.get("productCode"):
        coded = next((row for row in products if row.legacy_code == code), None)
        if coded is not None:
            if text and described is None:
                aliases[text] = coded.id
            return coded
    return described
