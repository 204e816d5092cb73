"""How often a call is tried, how long it waits in between, and what is told of each try."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity import wait_exponential_jitter as exponential_jitter

from komet.api.errors import KometError


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a reading method is tried. Times in seconds."""

    tries: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0
    longest_retry_after: float = 60.0


@dataclass(frozen=True)
class ApiCall:
    """One try of one call, for the ledger. `outcome` is `ok` or the class of the failure."""

    at: datetime
    method: str
    day: date | None
    attempt: int
    http_status: int | None
    outcome: str
    milliseconds: int
    size: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def retrying(policy: RetryPolicy, *, once: bool, sleep: Callable[[float], None]) -> Retrying:
    """The tries of one call. What goes out `once` has one; only what may pass has another."""
    wait = exponential_jitter(multiplier=policy.first_wait, max=policy.longest_wait, jitter=1)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, KometError) and error.retry_after is not None:
            return min(error.retry_after, policy.longest_retry_after)
        return float(wait(state))

    return Retrying(
        sleep=sleep,
        stop=stop_after_attempt(1 if once else policy.tries),
        wait=pause,
        retry=retry_if_exception(lambda e: isinstance(e, KometError) and e.retryable),
        reraise=True,
    )
