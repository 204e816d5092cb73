"""Box labels: what stands on each, its barcodes, and the PDF and ZPL that printers take."""
