"""The script in the README does what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from handtrack.skeleton import JOINT_COUNT

README = Path(__file__).resolve().parents[1] / "README.md"


def test_script_of_ten_lines_finds_the_hand_in_a_real_frame(
    tmp_path: Path, counting_clip: Path, hand_bundle: Path
) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "clip.mp4").symlink_to(counting_clip)

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)

    assert len([line for line in script.splitlines() if line.strip()]) == 10
    assert done.returncode == 0, done.stderr
    first, _, numbers = done.stdout.partition("\n")
    assert re.fullmatch(r"(left|right) [1-4] loops", first)
    values = [float(number) for number in re.findall(r"-?\d+\.\d*(?:e[-+]\d+)?", numbers)]
    joints, sigmas = values[: 3 * JOINT_COUNT], values[3 * JOINT_COUNT :]
    assert joints[:3] == [0, 0, 0]  # the wrist
    assert 0.05 < max(map(abs, joints)) < 0.3  # metres
    assert len(sigmas) == JOINT_COUNT
    assert min(sigmas) > 0
