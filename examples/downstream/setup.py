"""Metadata of the distribution."""

from setuptools import find_packages, setup

setup(
    name="newsroom-push",
    version="0.1.0",
    description="Who opens a push notification, with slipstream's outputs as features",
    python_requires=">=3.11",
    packages=find_packages(include=["tasks", "tasks.*", "pipelines", "pipelines.*"]),
    install_requires=["slipstream>=0.1.0"],
    extras_require={"dev": ["pytest>=9.2"]},
)
