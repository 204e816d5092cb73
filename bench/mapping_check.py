"""How long a mapping file of 100,000 rows takes to read and to check.

`python bench/mapping_check.py` prints the median of five runs; it needs no database.
"""

import statistics
import sys
import time
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))  # komet need not be installed

from komet.mapping.check import check_mapping
from komet.mapping.file import mapping_csv, read_mapping

ROWS = 100_000
HELD = 50_000
RUNS = 5


def main() -> None:
    ids = [str(1_000_000 + number) for number in range(ROWS)]
    products = pl.DataFrame(
        {
            "provider_id": ["acme"] * ROWS,
            "komet_id": ids,
            "legacy_code": [f"ROS{number:06}" for number in range(ROWS)],
            "description": [f"Rose Freedom {number} · 50 cm" for number in range(ROWS)],
        }
    )
    mappings = products.head(HELD).select(
        "provider_id",
        "komet_id",
        pl.concat_str(pl.lit("SKU-"), "komet_id").alias("sku"),
        pl.lit(None, dtype=pl.String).alias("sku_description"),
    )
    data = mapping_csv(
        products.select(
            pl.lit("Acme Flowers").alias("provider"),
            pl.col("komet_id").alias("komet_product_id"),
            pl.col("legacy_code").alias("komet_legacy_code"),
            pl.col("description").alias("komet_description"),
            pl.concat_str(pl.lit("SKU-"), "komet_id").alias("sku"),
            pl.lit("Freedom, red").alias("sku_description"),
        )
    )
    reading: list[float] = []
    checking: list[float] = []
    for _run in range(RUNS):
        start = time.perf_counter()
        file = read_mapping(data, "mapping.csv")
        middle = time.perf_counter()
        result = check_mapping(
            file,
            products=products,
            mappings=mappings,
            providers={"Acme Flowers": "acme"},
            default_provider_id=None,
        )
        reading.append(middle - start)
        checking.append(time.perf_counter() - middle)
    print(f"{ROWS:,} rows, {len(data) / 1e6:.1f} MB: {dict(result.counts)}")
    print(f"read  {statistics.median(reading):.3f} s")
    print(f"check {statistics.median(checking):.3f} s")


if __name__ == "__main__":
    main()
