"""What came of writing mappings, and what was left alone because somebody was faster."""

from dataclasses import dataclass

import polars as pl

from komet.language import _

_MOST_NAMED = 20


@dataclass(frozen=True)
class Written:
    """`new` and `changed` count what was written, a mapping taken away among the changed.

    `overtaken` [provider_id, komet_id, description, shown, stored, typed: String]: what was not,
    because somebody has stored another code since the person looked.
    """

    new: int
    changed: int
    overtaken: pl.DataFrame

    @property
    def written(self) -> int:
        """How many were written."""
        return self.new + self.changed

    def sentences(self) -> list[str]:
        """What was left alone, a sentence each, the first twenty."""
        told = [
            _("{product}: you entered “{typed}”; meanwhile “{shown}” has become “{stored}”.")
            .format(
                product=f"{row['description']} ({row['komet_id']})"
                if row["description"]
                else row["komet_id"],
                **{name: row[name] or _("empty") for name in ("typed", "stored", "shown")},
            )
            for row in self.overtaken.head(_MOST_NAMED).rows(named=True)
        ]  # fmt: skip
        more = self.overtaken.height - _MOST_NAMED
        return [*told, _("… and {more} more.").format(more=more)] if more > 0 else told
