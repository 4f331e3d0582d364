"""Metadata of the distribution; the settings of the tools are in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

README = Path(__file__).parent / "README.md"

setup(
    name="slipstream",
    version="0.1.0",
    description="A recommender platform written as a graph of cached gokart tasks",
    long_description=README.read_text(encoding="utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    author="slipstream authors",
    license="MIT",
    python_requires=">=3.11",
    packages=find_packages(include=["slipstream", "slipstream.*"]),
    package_data={"slipstream": ["py.typed", "template/**/*", "report/*.css", "report/*.js"]},
    include_package_data=False,
    zip_safe=False,
    install_requires=[
        "gensim>=4.4",
        "gokart>=1.12",
        "google-cloud-storage>=3.17",
        "implicit>=0.7.3",
        "lightgbm>=4.7",
        "luigi>=3.8.1",
        "numpy>=2.4",
        "pandas>=3.1",
        "pandera>=0.35",
        "polars>=2.1",
        "pyahocorasick>=2.3",
        "pyarrow>=26.0",
        "rapidfuzz>=3.14",
        "rich>=15.0",
        "scikit-learn>=1.9",
        "scipy>=1.17",
        "threadpoolctl>=3.8",
        "typer>=0.29",
    ],
    extras_require={
        "approximate": ["faiss-cpu>=1.15"],
        "japanese": ["sudachidict-core>=20261015", "sudachipy>=0.7"],
        "spark": ["pyspark>=4.3"],
        "torch": ["torch>=2.13"],
        "tune": ["optuna>=5.0"],
        "dev": [
            "build>=1.6",
            "faiss-cpu>=1.15",
            "hypothesis>=6.170",
            "import-linter>=2.16",
            "matplotlib>=3.10",
            "mypy>=2.4",
            "optuna>=5.0",
            "pandas-stubs>=3.1",
            "playwright>=1.65",
            "pytest>=9.2",
            "pytest-cov>=7.1",
            "pytest-randomly>=5.1",
            "pytest-xdist>=3.8",
            "ruff>=0.17",
            "setuptools>=80",
            "wheel>=0.48",
        ],
    },
    entry_points={"console_scripts": ["slipstream = slipstream.cli:main"]},
)
