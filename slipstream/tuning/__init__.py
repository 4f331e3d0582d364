"""The search for parameters of a pipeline that serve better than those it is configured with."""
