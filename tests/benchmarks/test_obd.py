"""The comparison on Open Bandit Data runs on files of its layout."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]


def test_it_prints_examinations_and_click_rates_with_intervals(tmp_path):
    rng = np.random.default_rng(0)
    log = pd.DataFrame({"item_id": rng.integers(0, 2, 300), "position": rng.integers(1, 4, 300)})
    log = log.assign(**{f"user_feature_{number}": rng.integers(0, 9, 300) for number in range(4)})
    log = log.assign(timestamp="2019-11-24T00:00:00.5+00:00", click=rng.integers(0, 2, 300), propensity_score=0.5)
    for policy in ("random", "bts"):
        (tmp_path / policy / "men").mkdir(parents=True)
        log.to_csv(tmp_path / policy / "men/men.csv")
    command = [sys.executable, str(ROOT / "benchmarks/obd.py"), str(tmp_path), "--campaigns", "men"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    plain, weighted = (next(line for line in said.splitlines() if end in line) for end in ("learnt  ", "weighted   "))
    assert plain.split()[-3] == weighted.split()[-3] == f"{log['click'].mean():.5f}"
    assert said.count("examination") == 2
