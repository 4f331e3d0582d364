"""Below the tasks: where a product lies, what its key depends on, and how it is written so that it can be trusted."""
