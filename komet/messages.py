"""The one table of messages for failures: code and data in, sentences out.

`describe` gives title, reason and next step in the language of whoever reads, the same three for
browser and command line. What is stored of a failure is its code and its data (`to_store`); the
sentence is made when it is read (`stored_message`), so that it speaks the reader's language.

Our own failures (`AppError`) carry the sentences of the place that raised them. Those remember what
they were made of (`komet.language.to_json`), and are composed again from it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from komet.api.errors import KometError
from komet.errors import AppError
from komet.language import _, _later, _n, from_json, zoned_moment

FAILURES = (AppError, KometError)
"""What a person is told of, for `except`: our own failures, and those of a call to Komet."""

Failure = AppError | KometError
Data = Mapping[str, Any]


class Stored(NamedTuple):
    """What is stored of a failure, or of how something ended: a code, and data as JSON."""

    code: str
    data: str

    @property
    def text(self) -> str:
        """Its message, in the language in force."""
        return code_message(self.code, json.loads(self.data))


class Description(NamedTuple):
    """What happened, why, and what to do next. Of reason and next step, either may be empty."""

    title: str
    reason: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


_CHECK_URL = _later("Check the base URL of the client provider.")
_NOT_SENT = _later("{method} was not sent.")

_MESSAGES: dict[str, Description | Callable[[Data], Description]] = {
    # --- refused before anything was sent -------------------------------------------------------
    "invalid_parameters": lambda data: Description(
        _(_NOT_SENT).format(**data),
        " ".join(problem_message(problem) for problem in data["problems"]),
        _("Correct it and send it again."),
    ),
    "unknown_method": lambda data: Description(
        _("Komet has no method “{method}”.").format(**data),
        next_step=_("Did you mean {names}?").format(names=", ".join(data["near"]))
        if data.get("near")
        else "",
    ),
    "answer_unknown": Description(
        _later("What {method} answers is not known."),
        next_step=_later("Use call for the answer as it comes."),
    ),
    "token_as_parameter": Description(
        _later("The token is not a parameter: the client adds it by itself.")
    ),
    "request_too_large": Description(
        _NOT_SENT,
        _later("It has {size:,} bytes; Komet takes requests of up to {limit:,}."),
        _later("Send it in parts."),
    ),
    "file_too_large": Description(
        _NOT_SENT,
        _later("The file in {name} has {size:,} bytes; Komet takes files of up to {limit:,}."),
        _later("Send a smaller file."),
    ),
    "unencrypted_base_url": Description(
        _later("The base URL must begin with https://."),
        _later("A token sent over http:// can be read by anyone on the way."),
        _later("Correct the base URL of the client provider."),
    ),
    "invalid_base_url": Description(
        _later("“{url}” is not a base URL."),
        next_step=_later("Komet's own is https://api.kometsales.com/api."),
    ),
    "unusable_proxy": Description(
        _later("HTTPS_PROXY does not name a proxy that can be used."),
        _later("It has to begin with http:// or https://."),
        _later("Correct it, or name Komet's host in NO_PROXY."),
    ),
    "unsendable": Description(
        _later("The request cannot be sent as it is."),
        _later("The token or a parameter is too long, or has characters that HTTP does not carry."),
    ),
    "allowance_spent": lambda data: Description(
        _("Today's requests to Komet are used up."),
        _("1,000 requests per paid Komet user and day, counted in UTC."),
        _("It can go on at {when}.").format(
            when=zoned_moment(datetime.fromisoformat(data["resumes_at"]))
        ),
    ),
    # --- how a run ended ------------------------------------------------------------------------
    "days_not_fetched": lambda data: Description(
        _n(
            "Cancelled; {waiting} day was not fetched.",
            "Cancelled; {waiting} days were not fetched.",
            data["waiting"],
        ).format(waiting=data["waiting"])
    ),
    "days_failed": lambda data: Description(
        _n(
            "{failed} day failed; the other days are there.",
            "{failed} days failed; the other days are there.",
            data["failed"],
        ).format(failed=data["failed"])
    ),
    # --- what became of a write -----------------------------------------------------------------
    "process_ended": Description(
        _later("The program ended while it was being sent."),
        next_step=_later("Find out what became of it."),
    ),
    "not_mentioned": Description(_later("Komet's answer does not mention it.")),
    "not_all_mentioned": Description(
        _later("Komet's answer does not say what became of all its boxes.")
    ),
    "seen_in_komet": Description(_later("Seen in Komet.")),
    "not_seen_in_komet": Description(
        _later("Komet does not show it: it has not been done."),
        next_step=_later("It can be sent anew."),
    ),
    "shipped_otherwise": Description(
        _later("The line was shipped, but not by this."),
        next_step=_later("Look at it in Komet."),
    ),
    "line_is_shipped": Description(_later("This line was shipped already.")),
    "boxes_changed": Description(
        _later("The line has {boxes} boxes now, which is not what it had when this was planned."),
        next_step=_later("It can be sent anew."),
    ),
    "outcome_not_stored": Description(
        _later("What became of it could not be stored."),
        next_step=_later("Find out what became of it."),
    ),
    "line_is_gone": Description(_later("Komet has not got this line any more.")),
    "line_split": Description(
        _later("The boxes that were left are a line of their own now ({po_item_id}).")
    ),
    "order_created": Description(
        _later("Komet does not say the number of the new PO."),
        next_step=_later("Download its ship date, {ship_date}, to see it."),
    ),
    "prebook_created": Description(_later("Komet calls it prebook {number}.")),
    "line_split_unclear": Description(
        _later("The boxes that were left are a line of their own; several lines look like it."),
        next_step=_later("Look at the PO in Komet."),
    ),
    "confirmation_failed": Description(
        _later("It was not sent, because the confirmation of the same line failed.")
    ),
    "box_not_moved": Description(_later("Komet could not move this box.")),
    "too_early_to_tell": Description(
        _later("Komet does not show it yet, and may still do it."),
        next_step=_later("Look again {seconds} seconds after it was sent."),
    ),
    "cannot_tell": Description(
        _later("Reading Komet cannot tell whether it was done."),
        next_step=_later("Look at it in Komet, and say whether it was done."),
    ),
    "not_readable": Description(
        _later("Komet could not be read."), next_step=_later("Try again later.")
    ),
    "said_to_be_done": Description(_later("{person} says that it was done.")),
    "said_not_to_be_done": Description(_later("{person} says that it was not done.")),
    # --- no answer ------------------------------------------------------------------------------
    "not_reached": lambda data: Description(
        _("Komet could not be reached."), data["why"], _("Check the network connection.")
    ),
    "proxy_does_not_connect": lambda data: Description(
        _("The proxy does not connect to Komet."), data["why"], _("Check HTTPS_PROXY and NO_PROXY.")
    ),
    "no_answer_in_time": Description(_later("Komet did not answer in time.")),
    "answer_too_slow": lambda data: Description(
        _("Komet did not answer in time."),
        _("After {seconds} seconds the answer was still coming.").format(
            seconds=f"{data['seconds']:g}"
        ),
        _("Where answers are that slow, raise KOMET_ANSWER_TIMEOUT."),
    ),
    "cannot_answer_now": Description(
        _later("Komet cannot answer now (HTTP {status})."),
        next_step=_later("Try again later."),
    ),
    "endless_redirects": Description(_later("Komet answers with one redirect after another.")),
    # --- an answer that is none -----------------------------------------------------------------
    "malformed_answer": Description(_later("Komet's answer is not what the documentation says.")),
    "unfinished_answer": Description(
        _later("Komet's answer is not what the documentation says."),
        _later("It is a redirect that leads nowhere, or no answer yet (HTTP {status})."),
    ),
    "list_missing": Description(
        _later("Komet's answer lacks “{member}”."),
        _later("Without it, nobody can tell an empty day from a broken answer."),
    ),
    "login_without_token": Description(_later("Komet's answer to the login carries no token.")),
    "connection_broke": Description(_later("The connection broke before the whole answer came.")),
    "unknown_packing": Description(
        _later("Komet's answer is packed in a way that was not asked for ({coding}).")
    ),
    "incomplete_json": Description(
        _later("Komet's answer is not complete JSON."),
        _later("{size} bytes came, and they cannot be read."),
    ),
    "answer_too_crowded": lambda data: Description(
        _("Komet's answer holds more than this computer's memory is for."),
        _("{count:,} objects and lists came, and at most {most:,} are read.").format(
            count=data["objects"], most=data["most"]
        )
        if "objects" in data
        else "",
    ),
    "answer_too_large": lambda data: Description(
        _("Komet's answer is larger than {size} MB.").format(size=f"{data['megabytes']:g}"),
        _("The rest was not read, so that it cannot fill this computer's memory."),
        _("Where answers are that large, raise KOMET_MAX_ANSWER_MB."),
    ),
    "answers_differ": lambda data: Description(
        _n(
            "Komet said that there are no orders, and then that there is {n} PO.",
            "Komet said that there are no orders, and then that there are {n} POs.",
            data["n"],
        ).format(n=data["n"]),
        _("Of two answers that differ, neither is believed; what was there is kept."),
        _("Fetch the day again later."),
    ),
    "redirect_of_a_write": Description(
        _later("Komet's address redirects, and what writes is sent once.")
    ),
    "redirect_to_no_address": Description(
        _later("Komet's address redirects to what is no address.")
    ),
    "redirect_to_another_host": Description(
        _later("Komet's address redirects to another host ({host})."),
        _later("The token is not sent there."),
        _CHECK_URL,
    ),
    # --- a refusal ------------------------------------------------------------------------------
    "token_not_accepted": Description(
        _later("Komet does not accept the token."),
        _later("It is wrong, retired, or lacks the privilege for this method."),
        _later("Check the token on the Tokens page, or ask Komet support to enable the method."),
    ),
    "method_not_allowed": Description(
        _later("The token may not call this method."),
        next_step=_later("Ask the importer, or Komet support, to enable it for the token."),
    ),
    "too_many_requests": Description(
        _later("Komet asks to slow down."),
        _later("Too many requests in a short time, or for this day (429)."),
    ),
    "refused": lambda data: Description(
        _("Komet refused the request (HTTP {status}).").format(status=data["http_status"])
        if "http_status" in data
        else _("Komet refused the request.")
    ),
}

_PROBLEMS: dict[str, str | Callable[[Data], str]] = {
    "parameter_missing": _later("{name} is needed."),
    "parameter_or_others_missing": lambda data: _("{name} is needed, or {others}.").format(
        name=data["name"],
        others=_(" or ").join(_(" with ").join(names) for names in data["others"]),
    ),
    "parameter_misspelt": _later("{name} is written {right}."),
    "not_a_list": _later("a list is wanted."),
    "too_many_entries": _later("at most {n} entries in one call."),
    "not_an_object": _later("an object is wanted."),
    "not_a_flag": _later("yes or no is wanted (1 or 0)."),
    "not_an_integer": _later("a whole number is wanted."),
    "too_high": _later("at most {n}."),
    "not_a_number": _later("a number is wanted."),
    "too_many_decimals": _later("at most {n} decimals."),
    "too_many_digits": _later("too large: {whole} digits, {places} of them decimals."),
    "not_a_date": _later("a date is wanted, as 2026-11-20."),
    "not_base64": _later("the bytes of a file in Base64 are wanted."),
    "too_many_characters": _later("{length} characters, at most {limit} are allowed."),
    "range_reversed": _later("{start} is after {end}."),
    "range_too_long": _later("{start} to {end}: at most {days} days in one call."),
}
"""What can be wrong with a call, see `komet.api.checking`; of a value, with its parameter first."""


def describe(error: Failure) -> Description:
    """What happened, why, and what to do next, in the language in force.

    What Komet says itself takes the place of our reason.
    """
    if isinstance(error, KometError):
        return _describe(error.code, error.data)
    return Description(error.title, error.reason, error.next_step)


def message(error: Failure) -> str:
    """The same as one text, which begins with client and day where a call to Komet failed."""
    return code_message(error.code, error.data) if isinstance(error, KometError) else str(error)


def problem_message(problem: Data) -> str:
    """What is wrong with a parameter: one of the problems of `komet.api.checking.problems`."""
    found = _PROBLEMS[problem["code"]]
    text = found(problem) if callable(found) else _(found).format(**problem)
    return f"{problem['at']}: {text}" if "at" in problem else text


def to_store(error: Failure, **more: Any) -> Stored:
    """What to store of a failure, with `more` added to its data.

    For a call to Komet, the data also says how it ended (`outcome`, the class, as in the ledger).
    """
    data = error.data | more
    if isinstance(error, KometError):
        data["outcome"] = type(error).__name__
    return Stored(error.code, json.dumps(data))


def outcome_to_store(code: str, **data: Any) -> Stored:
    """What to store of something that has ended without an exception."""
    return Stored(code, json.dumps(data))


def stored_message(code: str | None, data: str | None, text: str | None = None) -> str | None:
    """The message of what is stored; `text` is the one that a row from before the codes has."""
    return Stored(code, data or "{}").text if code else text


def stored_label(code: str, data: Data) -> str:
    """A short label: Komet's own message, else the title."""
    return data.get("komet_message") or _describe(code, data).title


def code_message(code: str, data: Data) -> str:
    """The message of a code and its data, with client and day first where they are known."""
    where = [*data.get("providers", ())]
    where += [data[name] for name in ("provider", "day") if data.get(name)]
    prefix = f"{', '.join(where)}: " if where else ""
    return f"{prefix}{_describe(code, data)}"


def _describe(code: str, data: Data) -> Description:
    found = _MESSAGES.get(code)
    if found is None:
        parts = (from_json(data.get(name, "")) for name in Description._fields)
        made = Description(*parts)
        return made if any(made) else Description(code)
    if callable(found):
        made = found(data)
    else:
        values = {"status": data.get("http_status"), **data}
        made = Description(*(_(text).format(**values) for text in found))
    if said := data.get("komet_message"):
        made = made._replace(reason=_("Komet says: “{message}”.").format(message=said))
    if data.get("maybe_done"):
        after = _("It may have been done all the same: look before you repeat it.")
        made = made._replace(next_step=after)
    return made
