"""The rooms: reusable cached tasks, imported as `slipstream.tasks`."""

if not __name__.startswith("slipstream."):
    raise ImportError(
        f"import 'slipstream.{__name__}', not '{__name__}': two names would give every task two identities"
    )
