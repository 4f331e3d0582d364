"""Spark as the way out of one machine: functions of the rooms run on parts of the users."""

from slipstream.tasks.spark.parts import by_users, count_parts
from slipstream.tasks.spark.session import Cluster, cluster

__all__ = ["Cluster", "by_users", "cluster", "count_parts"]
