"""What a token may do: the reading methods that Komet Desk uses, tried one by one."""

from dataclasses import dataclass
from datetime import date

from pydantic import SecretStr

from komet.accounts.connect import token_client
from komet.api.client import DEFAULT_BASE_URL, KometClient
from komet.api.errors import AuthenticationError, KometError, PermissionDenied
from komet.api.methods import method
from komet.api.models import Location
from komet.api.transport import checked_base_url
from komet.desk import Desk
from komet.language import _
from komet.store import tokens
from komet.store.tokens import Token

NEEDED = ("purchase.order.list",)
"""Without these nothing can be downloaded."""

USEFUL = ("product.list", "boxtype.list", "customer.list", "carrier.list")
"""With these, products, FBE factors and names come from Komet instead of from the orders alone."""

COMPANY_ONLY = ("location.list", "vendor.list")
"""Company tokens only: without location.list, a location ID is typed instead of picked."""

VENDOR_PRESET = (*NEEDED, *USEFUL)
"""What to ask Komet support to enable for a vendor token, at the least."""

OK = "ok"
REFUSED = "refused"
NOT_FOR_KIND = "not for this kind"


@dataclass(frozen=True)
class Check:
    """The outcome of a check: method → `ok`, `refused`, `not for this kind`, or what went wrong."""

    results: dict[str, str]

    @property
    def usable(self) -> bool:
        """Whether purchase orders can be downloaded."""
        return all(self.results.get(name) == OK for name in NEEDED)

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        allowed = sum(result == OK for result in self.results.values())
        if self.usable:
            return _("The token works: {allowed} of {tried} methods may be called.").format(
                allowed=allowed, tried=len(self.results)
            )
        if allowed == 0 and set(self.results.values()) <= {REFUSED, NOT_FOR_KIND}:
            return _("Komet does not accept the token, or it may call none of our methods.")
        return _("The token cannot download purchase orders: {why}.").format(
            why=self.results.get(NEEDED[0], REFUSED)
        )


def check_token(desk: Desk, token_id: str, base_url: str | None = None) -> Check:
    """Call each method once, remember the outcome, and spend at most seven requests."""
    with desk.db.read() as con:
        token = tokens.token_by_id(con, token_id)
    results: dict[str, str] = {}
    with token_client(desk, token_id, base_url) as client:
        for name in (*NEEDED, *USEFUL, *COMPANY_ONLY):
            if not _is_for(token, name):
                results[name] = NOT_FOR_KIND
                continue
            results[name] = _try(client, name, desk.now().date())
    with desk.db.write() as con:
        tokens.save_check(con, token_id, results, desk.now())
    return Check(results)


def locations(desk: Desk, token_id: str, base_url: str | None = None) -> list[Location]:
    """The locations to pick from; empty where the token may not list them. Raises `KometError`."""
    with token_client(desk, token_id, base_url) as client:
        try:
            return client.locations()
        except (AuthenticationError, PermissionDenied):
            return []


def login_secret(username: str, password: SecretStr, base_url: str | None = None) -> SecretStr:
    """A token by login, for who has a Komet user but no token. Raises `KometError`.

    The login travels in the URL (the contract's way); neither it nor its answer is logged or kept.
    """
    with KometClient(checked_base_url(base_url or DEFAULT_BASE_URL)) as client:
        return SecretStr(client.login(username, password.get_secret_value()))


def _is_for(token: Token, name: str) -> bool:
    kinds = method(name).token_kinds
    return kinds is None or token.kind in kinds


def _try(client: KometClient, name: str, today: date) -> str:
    try:
        if name == "purchase.order.list":
            client.purchase_orders(today)
        else:
            client.call(name)
    except (AuthenticationError, PermissionDenied):
        return REFUSED
    except KometError as error:
        return error.komet_message or error.title
    return OK
