"""Numbers, days and months of charts in the language in force."""

from typing import Any

from babel.dates import get_day_names, get_month_names

from komet.language import current, day_code, number


def in_our_language() -> dict[str, Any]:
    """Numbers, days and months of a chart as the language in force writes them.

    Vega takes no language from the browser: it is part of the chart's own `config`.
    """
    code = current()
    point, comma = number(1.5)[1], number(1_000)[1]

    def names(get: Any, width: str, keys: range) -> list[str]:
        found = get(width, locale=code)
        return [found[key] for key in keys]

    # Babel counts days from Monday, Vega from Sunday
    sunday_first = [-1, *range(6)]
    return {
        "number": {
            "decimal": point, "thousands": comma, "grouping": [3], "currency": ["$", ""],
        },
        "time": {
            "dateTime": f"{day_code()} %H:%M", "date": day_code(), "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": [names(get_day_names, "wide", range(7))[n] for n in sunday_first],
            "shortDays": [names(get_day_names, "abbreviated", range(7))[n] for n in sunday_first],
            "months": names(get_month_names, "wide", range(1, 13)),
            "shortMonths": names(get_month_names, "abbreviated", range(1, 13)),
        },
    }  # fmt: skip
