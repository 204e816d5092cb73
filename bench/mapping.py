"""A mapping file of 100,000 rows, read, checked and applied: `python bench/mapping.py`.

Through the same calls that the page makes, on a real data file that knows the products and holds
half of the mappings with other SKUs. Prints the median of three runs, each on a fresh file.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pydantic import SecretStr

from komet.clients.model import ProviderFields, TokenFields
from komet.clients.providers import add_provider
from komet.clients.tokens import add_token
from komet.context import AppContext, open_context
from komet.mapping import imports
from komet.permissions import SYSTEM
from komet.settings import Settings

ROWS = 100_000


def prepared(home: Path) -> tuple[AppContext, str, bytes]:
    """A context with a provider, its products, half of them mapped; and the file."""
    ctx = open_context(Settings(home=home))
    token = add_token(
        ctx, SYSTEM, TokenFields(label="Acme", kind="Company"), SecretStr("a-secret-of-a-bench")
    )
    provider = add_provider(ctx, SYSTEM, ProviderFields(name="Acme", token_id=token.id))
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id,"
            " (1000000 + n)::VARCHAR AS product_id, printf('%06d', n::INTEGER) AS legacy_code,"
            " 'Rosa Freedom ' || n || ' · 50 cm' AS description, 'komet' AS source"
            f" FROM range({ROWS}) t(n)",
            {"provider": provider.id},
        )
        con.run(
            "INSERT INTO mappings BY NAME SELECT provider_id, 'product' AS kind,"
            " product_id AS komet_id, 'OLD-' || product_id AS code FROM komet_products"
            f" LIMIT {ROWS // 2}"
        )
        rows = con.frame("SELECT product_id, legacy_code FROM komet_products ORDER BY ALL")
    file = "komet_product_id;komet_legacy_code;sku;sku_description\n" + "".join(
        f"{product};{code};SKU-{product};Freedom, red\n" for product, code in rows.iter_rows()
    )
    return ctx, provider.id, file.encode("cp1252")


def main() -> None:
    """Measure and print."""
    checked, applied = [], []
    for _run in range(3):
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider_id, data = prepared(Path(folder))
            start = time.perf_counter()
            dry = imports.dry_run_file(ctx, data, "mapping.csv", provider_id)
            middle = time.perf_counter()
            done = imports.apply_import(ctx, SYSTEM, dry)
            checked.append(middle - start)
            applied.append(time.perf_counter() - middle)
            assert (done.new, done.changed) == (ROWS // 2, ROWS // 2)
    total = statistics.median(a + b for a, b in zip(checked, applied, strict=True))
    print(f"{ROWS:,} rows, {len(data) / 1e6:.1f} MB")
    print(f"read and check {statistics.median(checked):6.2f} s")
    print(f"apply          {statistics.median(applied):6.2f} s")
    print(f"all            {total:6.2f} s")


if __name__ == "__main__":
    main()
