"""SQL floor of the edge workers: engine, tables, migrations, and the questions that pages ask of them."""
