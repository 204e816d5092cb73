"""The bare limit: threads, orjson, one polars frame, one bulk insert; no history, no checks."""

from concurrent.futures import ThreadPoolExecutor

import duckdb
import httpx
import orjson
import polars as pl
from job import read_job, say_result

NESTED = ("breakdowns", "boxes", "customFields")

job = read_job()


def main() -> None:
    """Fetch, flatten to a row a line, store."""
    client = httpx.Client(timeout=60)

    def fetch(day: str) -> list[dict]:
        asked = {"date": day, "authenticationToken": job.token}
        answer = client.get(f"{job.base_url}/purchase.order.list", params=asked)
        return orjson.loads(answer.content).get("purchaseOrders", [])

    rows = []
    with client, ThreadPoolExecutor(job.workers) as pool:
        for orders in pool.map(fetch, job.days):
            for order in orders:
                lines = order.pop("details")
                head = {f"po_{name}": value for name, value in order.items()}
                for line in lines:
                    for name in NESTED:
                        if name in line:
                            line[name] = orjson.dumps(line[name]).decode()
                    rows.append(head | line)
    frame = pl.DataFrame(rows, infer_schema_length=None, strict=False)
    with duckdb.connect(job.out) as con:
        con.register("frame", frame)
        con.sql("CREATE TABLE lines AS FROM frame")
    say_result(frame["po_id"].n_unique(), frame.height)


main()
