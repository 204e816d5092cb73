"""The usual script: requests in a loop, pandas, and an Excel file by openpyxl."""

import pandas as pd
import requests
from job import read_job, say_result

job = read_job()


def main() -> None:
    """Fetch day by day, flatten to a row a line, write."""
    orders = []
    with requests.Session() as session:
        for day in job.days:
            asked = {"date": day, "authenticationToken": job.token}
            answer = session.get(f"{job.base_url}/purchase.order.list", params=asked, timeout=60)
            answer.raise_for_status()
            orders += answer.json().get("purchaseOrders", [])
    heads = sorted({name for order in orders for name in order} - {"details"})
    frame = pd.json_normalize(orders, "details", heads, meta_prefix="po_", errors="ignore")
    frame.to_excel(job.out, index=False, engine="openpyxl")
    say_result(frame["po_id"].nunique(), len(frame))


main()
