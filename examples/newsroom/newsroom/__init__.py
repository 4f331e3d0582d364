"""A made-up medical news service whose truth is known."""
