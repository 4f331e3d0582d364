"""The push team's own tasks; slipstream's live beside them as `slipstream.tasks`."""

PROJECT_PACKAGES = ("tasks", "pipelines")  # their code is part of the keys of what they make
