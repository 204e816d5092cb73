"""The sample tokens and the sample login: public strings that open nothing but the sandbox."""

from dataclasses import dataclass

from komet.api.methods import Method, TokenKind
from komet.api.postman import TOKENS
from komet.sandbox.companies import (
    MAGNOLIA,
    MAGNOLIA_OWN_VENDOR_ID,
    OWN_FARM,
    PETALO,
    PETALO_OWN_VENDOR_ID,
)

SAMPLE_LOGIN = ("demo@komet-desk.example", "flowers")


@dataclass(frozen=True)
class SampleToken:
    """One token that the sandbox accepts. `company` is the importer's key."""

    secret: str
    label: str
    kind: TokenKind
    company: str
    owner: str
    vendor_id: int | None = None
    customer_id: int | None = None
    methods: frozenset[str] | None = None
    """The methods that it may call; `None` means all that are valid for its kind."""

    def may_call(self, method: Method) -> bool:
        """Whether kind and method list allow the method. Kinds not seen allow every token."""
        if method.token_kinds is not None and self.kind not in method.token_kinds:
            return False
        return self.methods is None or method.name in self.methods


IMPORTER_A_COMPANY = SampleToken(
    secret="sandbox-company-magnolia-0001",  # noqa: S106 (public sample)
    label="Magnolia Imports, company",
    kind=TokenKind.COMPANY,
    company=MAGNOLIA,
    owner="Magnolia Imports",
)
IMPORTER_A_VENDOR = SampleToken(
    secret="sandbox-vendor-magnolia-0002",  # noqa: S106 (public sample)
    label="Flores del Valle Andino at Magnolia, vendor",
    kind=TokenKind.VENDOR,
    company=MAGNOLIA,
    owner=OWN_FARM,
    vendor_id=MAGNOLIA_OWN_VENDOR_ID,
)
IMPORTER_B_COMPANY = SampleToken(
    secret="sandbox-company-petalo-0003",  # noqa: S106 (public sample)
    label="Pétalo & Sons, company",
    kind=TokenKind.COMPANY,
    company=PETALO,
    owner="Pétalo & Sons",
)
IMPORTER_B_VENDOR = SampleToken(
    secret="sandbox-vendor-petalo-0004",  # noqa: S106 (public sample)
    label="Flores del Valle Andino at Pétalo, vendor",
    kind=TokenKind.VENDOR,
    company=PETALO,
    owner=OWN_FARM,
    vendor_id=PETALO_OWN_VENDOR_ID,
)
ORDERS_ONLY = SampleToken(
    secret="sandbox-orders-only-magnolia-0005",  # noqa: S106 (public sample)
    label="Flores del Valle Andino at Magnolia, orders only",
    kind=TokenKind.VENDOR,
    company=MAGNOLIA,
    owner=OWN_FARM,
    vendor_id=MAGNOLIA_OWN_VENDOR_ID,
    methods=frozenset({"purchase.order.list"}),
)
CUSTOMER = SampleToken(
    secret="sandbox-customer-magnolia-0006",  # noqa: S106 (public sample)
    label="A customer of Magnolia",
    kind=TokenKind.CUSTOMER,
    company=MAGNOLIA,
    owner="A customer of Magnolia Imports",
    customer_id=7001,
)
USER = SampleToken(
    secret="sandbox-user-magnolia-0007",  # noqa: S106 (public sample)
    label="A user of Magnolia",
    kind=TokenKind.USER,
    company=MAGNOLIA,
    owner="Magnolia Imports",
)

SAMPLE_TOKENS: tuple[SampleToken, ...] = (
    IMPORTER_A_COMPANY,
    IMPORTER_A_VENDOR,
    IMPORTER_B_COMPANY,
    IMPORTER_B_VENDOR,
    ORDERS_ONLY,
    CUSTOMER,
    USER,
)

LOGIN_TOKEN = IMPORTER_A_COMPANY
"""What `login` answers as `apiKey`."""

_BY_SECRET = {token.secret: token for token in SAMPLE_TOKENS}


def token_for(method: Method) -> SampleToken:
    """The first sample token that may call the method; the company's where none may."""
    return next((token for token in SAMPLE_TOKENS if token.may_call(method)), IMPORTER_A_COMPANY)


def postman_values() -> dict[str, str]:
    """What the variables of our Postman collection hold for a sandbox: its tokens, its login."""
    by_kind = {
        kind: next(token.secret for token in SAMPLE_TOKENS if token.kind is kind) for kind in TOKENS
    }
    username, password = SAMPLE_LOGIN
    return {
        **{name: by_kind[kind] for kind, name in TOKENS.items()},
        "username": username,
        "password": password,
        "allowWrites": "yes",
    }


def token_by_secret(secret: str) -> SampleToken | None:
    """The sample token with this secret, if there is one."""
    return _BY_SECRET.get(secret)
