"""The registry of sources. Another one is a file beside these and a line of `SOURCES`."""

from komet.ingest.model import KOMET
from komet.ingest.sources.komet import KometSource
from komet.ingest.sources.portal_file.source import PortalFile
from komet.ingest.sources.source import QueryableSource, Source

SOURCES: dict[str, Source] = {source.name: source for source in (KometSource(), PortalFile())}
"""By the name that day slices have of it."""

BY_NUMBER = "PO numbers"
"""What runs are recorded under that asked Komet for single POs."""


def source_of_run(recorded: str) -> Source:
    """The source of a run, by what the run is recorded under."""
    named = (source for source in SOURCES.values() if source.run_name == recorded)
    return next(named, SOURCES[KOMET])


def source_of_order(po_id: str) -> Source:
    """The source that made a PO ID."""
    marked = (s for s in SOURCES.values() if s.id_prefix and po_id.startswith(s.id_prefix))
    return next(marked, SOURCES[KOMET])


def queryable_source(name: str) -> QueryableSource:
    """The source of that name. Raises `TypeError` for one that cannot be asked."""
    source = SOURCES[name]
    if not isinstance(source, QueryableSource):
        raise TypeError(f"the source {name} cannot be asked")
    return source


def runs_of_parts() -> list[str]:
    """What runs are recorded under that did not ask for whole days.

    They say nothing of a day that failed.
    """
    return [
        BY_NUMBER,
        *(s.run_name for s in SOURCES.values() if s.run_name and not s.gives_whole_days),
    ]


def final_sources() -> list[str]:
    """Names of the sources whose days are final once they have shipped."""
    return [source.name for source in SOURCES.values() if source.is_final]


def stand_ins() -> list[Source]:
    """The sources whose orders hold only until another one gives its own."""
    return [source for source in SOURCES.values() if source.stands_in]
