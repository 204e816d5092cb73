"""The types of columns that the rooms share, as polars knows them."""

import polars as pl

Schema = dict[str, pl.DataType | type[pl.DataType]]

QUANTITY = pl.Decimal(18, 4)
MONEY = pl.Decimal(18, 6)
TIME = pl.Datetime("us", "UTC")
