"""dlt: days fetched in parallel, merged into DuckDB by the PO's ID, lines in a table below it.

With `FILES=parquet` it loads through Parquet files instead of its own choice for DuckDB, INSERTs.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from job import read_job, say_result

job = read_job()
os.environ |= {
    "EXTRACT__WORKERS": str(job.workers),
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
}

import dlt  # noqa: E402
from dlt.sources.helpers import requests  # noqa: E402


@dlt.resource
def days() -> Iterator[str]:
    """The days that are asked for."""
    yield from job.days


@dlt.transformer(
    data_from=days, primary_key="id", write_disposition="merge", parallelized=True
)  # fmt: skip
def purchase_orders(day: str) -> Iterator[list[dict]]:
    """The POs of a day."""
    asked = {"date": day, "authenticationToken": job.token}
    answer = requests.get(f"{job.base_url}/purchase.order.list", params=asked)
    yield answer.json().get("purchaseOrders", [])


def main() -> None:
    """Run the pipeline, and count what it has stored."""
    pipeline = dlt.pipeline(
        "komet",
        pipelines_dir=str(Path(job.out).parent),
        destination=dlt.destinations.duckdb(job.out),
        dataset_name="komet",
    )
    pipeline.run(purchase_orders, loader_file_format=os.environ.get("FILES"))
    with pipeline.sql_client() as client:
        (orders,) = client.execute_sql("SELECT count(*) FROM purchase_orders")[0]
        (lines,) = client.execute_sql("SELECT count(*) FROM purchase_orders__details")[0]
    say_result(orders, lines)


main()
