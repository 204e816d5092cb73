"""A translated sentence for every row of a frame at once."""

from string import Formatter

import polars as pl


def sentence(template: str, **values: pl.Expr) -> pl.Expr:
    """`template.format(**values)` as one String expression; an empty value reads as "".

    Raises KeyError when the template (or a translation of it) names a value not given.
    """
    parts: list[pl.Expr] = []
    for literal, name, _spec, _conversion in Formatter().parse(template):
        if literal:
            parts.append(pl.lit(literal))
        if name is not None:
            parts.append(values[name].cast(pl.String).fill_null(""))
    return pl.concat_str(parts)


def listed(items: pl.Expr, most: int = 5) -> pl.Expr:
    """The items of a list column as "a, b, c", with " …" after the first `most`."""
    texts = items.cast(pl.List(pl.String))
    more = pl.when(texts.list.len() > most).then(pl.lit(" …")).otherwise(pl.lit(""))
    return texts.list.head(most).list.join(", ") + more
