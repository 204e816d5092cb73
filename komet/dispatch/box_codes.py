"""Box codes: how people write a list of them, how a client's own are made, which line has which.

Komet's pages: a box code is free text of up to 20 characters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from komet.context import AppContext
from komet.db import audit
from komet.dispatch.model import Packing
from komet.dispatch.table import boxes
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.permissions import Actor, Permission

LONGEST = 20
"""Characters of a box code (box.code.change of Komet's pages)."""
_RANGE = re.compile(
    r"(?P<prefix>.*?)(?P<first>\d+)\s*(?:…|\.\.\.?|–|—|\bto\b|\ba\b)\s*(?P<last>.*)",
    re.IGNORECASE,
)
_MOST = 5_000


@dataclass(frozen=True)
class Pattern:
    """`prefix`, then a number filled up with zeros so that the whole code has `length` characters.

    `next_number` is the number of the next code.
    """

    prefix: str
    next_number: int = 1
    length: int = 10

    def code(self, number: int) -> str:
        """The code of a number. Raises `InvalidInput` where it does not fit the length."""
        code = f"{self.prefix}{str(number).rjust(self.length - len(self.prefix), '0')}"
        if len(code) > self.length:
            raise InvalidInput(
                _("The pattern {prefix} has no numbers left.").format(prefix=self.prefix),
                _("{code} would be longer than {length} characters.").format(
                    code=code, length=self.length
                ),
                _("Choose another prefix or a greater length."),
            )
        return code


def parse_box_codes(text: str) -> tuple[str, ...]:
    """Box codes as people write them: apart by commas, semicolons, blanks or lines, or as a range.

    `R-0001…R-0008` and `R-0001…08` are eight codes. Raises `InvalidInput` for a code that is too
    long or twice in the list, and for a range that is none.
    """
    codes: list[str] = []
    for part in re.split(r"[,;\n\t]+", text):
        entry = part.strip()
        if entry:
            found = _RANGE.fullmatch(entry)
            codes += _range(entry, found) if found else entry.split()
    for code in codes:
        check_box_code(code)
    twice = [code for index, code in enumerate(codes) if code in codes[:index]] if (
        len(set(codes)) < len(codes)) else []  # fmt: skip
    if twice:
        raise InvalidInput(
            _("The box code {code} is there twice.").format(code=twice[0]),
            next_step=_("Every box has a code of its own."),
        )
    return tuple(codes)


def check_box_code(code: str) -> str:
    """The code itself. Raises `InvalidInput` for one that Komet does not take."""
    if not 0 < len(code) <= LONGEST:
        raise InvalidInput(
            _("The box code {code} is too long.").format(code=code),
            _n("It has {n} character; at most {most} are allowed.",
               "It has {n} characters; at most {most} are allowed.",
               len(code)).format(n=len(code), most=LONGEST),
        )  # fmt: skip
    if not (code.isascii() and code.isprintable()) or any(mark in code for mark in ',;"'):
        raise InvalidInput(
            _("The box code {code} has a character that no label carries.").format(
                code=code if code.isprintable() else ascii(code)
            )
        )
    return code


def _range(entry: str, found: re.Match[str]) -> list[str]:
    prefix, first, last = found["prefix"], found["first"], found["last"].strip()
    last = last.removeprefix(prefix)
    if not re.fullmatch(r"\d+", last, re.ASCII) or len(last) > len(first):
        raise InvalidInput(_("“{text}” is not a range of box codes.").format(text=entry))
    end = first[: len(first) - len(last)] + last
    low, high = int(first), int(end)
    if not low <= high < low + _MOST:
        raise InvalidInput(_("“{text}” is not a range of box codes.").format(text=entry))
    return [f"{prefix}{str(number).rjust(len(first), '0')}" for number in range(low, high + 1)]


def show_pattern(ctx: AppContext, provider_id: str) -> Pattern | None:
    """The pattern of a client's box codes; None where it has none."""
    with ctx.read() as con:
        stored = boxes.pattern_of(con, provider_id)
    return Pattern(*stored) if stored else None


def save_pattern(ctx: AppContext, actor: Actor, provider_id: str, pattern: Pattern) -> None:
    """Keep a client's pattern.

    Raises `InvalidInput` for one that makes no codes, `NotPermitted`.
    """
    if not len(pattern.prefix) < pattern.length <= LONGEST or pattern.next_number < 0:
        raise InvalidInput(
            _(
                "A box code has at most {most} characters, and needs digits after its prefix."
            ).format(most=LONGEST)
        )
    check_box_code(pattern.code(pattern.next_number))
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        now = ctx.now()
        boxes.save_pattern(
            con, provider_id, pattern.prefix, pattern.next_number, pattern.length, now
        )
        detail = {"provider": provider_id}
        audit.record(con, "box code pattern saved", pattern.code(pattern.next_number), now, detail)


def make_box_codes(
    ctx: AppContext, actor: Actor, provider_id: str, lines: Sequence[tuple[str, int]]
) -> list[Packing]:
    """Give new codes of the client's pattern to lines (PO item ID, boxes), and keep them.

    A code that is in use already is passed over. Raises `InvalidInput` where the client has no
    pattern or its numbers run out, `NotPermitted`.
    """
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        stored = boxes.pattern_of(con, provider_id)
        if stored is None:
            raise InvalidInput(
                _("This importer has no pattern for box codes."),
                next_step=_("Set prefix, next number and length, or write the codes yourself."),
            )
        pattern = Pattern(*stored)
        number = pattern.next_number
        free: list[str] = []
        # for all lines at once: whether codes are in use is asked of every box that there is
        while missing := sum(wanted for _item, wanted in lines) - len(free):
            fresh = [pattern.code(at) for at in range(number, number + missing)]
            number += missing
            used = boxes.codes_in_use(con, [(provider_id, code) for code in fresh])
            free += [code for code in fresh if (provider_id, code) not in used]
        packings = []
        for po_item_id, wanted in lines:
            packings.append(Packing(provider_id, po_item_id, tuple(free[:wanted])))
            free = free[wanted:]
        now = ctx.now()
        boxes.replace_packed(con, packings, now)
        boxes.save_pattern(con, provider_id, pattern.prefix, number, pattern.length, now)
        total = sum(len(packing.codes) for packing in packings)
        detail = {"lines": len(packings), "provider": provider_id}
        audit.record(con, "boxes packed", str(total), now, detail)
    return packings


def pack_boxes(ctx: AppContext, actor: Actor, packings: Sequence[Packing]) -> None:
    """Keep the codes of lines, as a person has written or scanned them; without codes: none.

    Raises `InvalidInput` for a code that another line has, `NotPermitted`.
    """
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        owner = {
            (packing.provider_id, code): packing.po_item_id
            for packing in packings
            for code in packing.codes
        }
        if len(owner) < sum(len(packing.codes) for packing in packings):
            raise InvalidInput(_("A box code is there twice."))
        for (provider_id, code), held in boxes.codes_in_use(con, list(owner)).items():
            if held - {owner[provider_id, code]}:
                raise InvalidInput(
                    _("The box code {code} belongs to another line already.").format(code=code)
                )
        now = ctx.now()
        boxes.replace_packed(con, packings, now)
        total = sum(len(packing.codes) for packing in packings)
        clients = sorted({packing.provider_id for packing in packings})
        detail = {"lines": len(packings), "providers": clients}
        audit.record(con, "boxes packed", str(total), now, detail)
