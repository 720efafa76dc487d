"""The directions in which the rooms of the program may import each other, and what no room may use."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# What every room may import: values, errors and settings.
BASE = {
    "bone_drawing",
    "checks",
    "columnar",
    "config",
    "config_loading",
    "cropping",
    "ending",
    "errors",
    "extras",
    "geometry",
    "hand",
    "measures",
    "native_lines",
    "native_threads",
    "opencv",
    "plain_text",
    "position",
    "reading",
    "resources",
    "safe_yaml",
    "screen",
    "skeleton",
    "version",
}
STUDY = {"datasets", "evaluation", "synthesis", "training"}
LIVE = {
    "batch",
    "detectors",
    "drawing",
    "engines",
    "model",
    "pipeline",
    "processing",
    "sessions",
    "sources",
    "streaming",
    "tracking",
}

# app -> pipeline -> tracking -> detectors -> engines -> model -> hand, skeleton, geometry
ALLOWED = {
    "drawing": set(),
    "model": set(),
    "sources": set(),
    "detectors": {"engines", "model"},
    "engines": {"model"},
    "tracking": {"detectors", "engines", "model"},
    "pipeline": {"sources", "tracking"},
    "streaming": {"pipeline"},
    "sessions": {"pipeline", "sources", "tracking"},
    "exports": {"drawing", "sessions"},
    "spatial_view": {"exports", "pipeline", "sessions", "sources", "tracking"},
    "batch": {"model", "processing", "sessions", "sources"},
    "bundle_trial": {"detectors", "sources"},
    "processing": {"drawing", "pipeline", "sessions", "sources", "streaming", "tracking"},
    "demo": {"processing", "sources"},
    "doctor": {"detectors", "engines", "model", "sources", "spatial_view"},
    "datasets": {"detectors", "engines", "model"},
    "synthesis": {"datasets", "detectors", "model"},
    "training": {"datasets", "detectors", "model"},
    "evaluation": LIVE | STUDY,
    "cli": LIVE | STUDY | {"app", "demo", "doctor", "exports", "spatial_view"},
    "app": LIVE,
    "__main__": {"cli"},
    # The package's own names are loaded on first use.
    "__init__": {"sessions", "tracking"},
}

# The rooms inside synthesis, from the hand itself to its picture.
SYNTHESIS = {"body": set(), "looks": {"body"}, "rendering": {"body", "looks"}}

# The built-in source draws a hand when a person asks for it, and only then reaches the renderer.
LATE = {"handtrack/sources/rendered.py": "synthesis"}

PICKLES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
CODE_RUNNING_CALLS = {
    "eval",
    "exec",
    "__import__",
    "torch.load",
    "yaml.load",
    "yaml.load_all",
    "yaml.full_load",
    "yaml.unsafe_load",
}

FILES = sorted(path for room in ("handtrack", "app") for path in (ROOT / room).rglob("*.py"))


@dataclass(frozen=True)
class Call:
    """A call somewhere. function: as it is written there."""

    where: str
    function: str
    keywords: dict[str | None, ast.expr]


@dataclass(frozen=True)
class Code:
    """What a file imports, place and full name, also inside functions; and what it calls."""

    imports: tuple[tuple[str, str], ...]
    calls: tuple[Call, ...]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


@functools.cache
def code(path: Path) -> Code:
    """The trees themselves are not kept: all of them together are some hundred megabytes."""
    imports: list[tuple[str, str]] = []
    calls: list[Call] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imports += ((place(path, node), alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path, node)}: relative imports hide the room"
            imports += ((place(path, node), f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call):
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            calls.append(Call(place(path, node), ast.unparse(node.func), keywords))
    return Code(tuple(imports), tuple(calls))


def imports(path: Path) -> tuple[tuple[str, str], ...]:
    return code(path).imports


def calls(path: Path) -> tuple[Call, ...]:
    return code(path).calls


def late_imports(path: Path) -> set[str]:
    """Places of the imports inside functions."""
    functions = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef))
    return {
        place(path, node)
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def room_of(module: str) -> str | None:
    """The room of a module of ours: "app", or the part of its name below handtrack or handtrack.study."""
    top, _, rest = module.partition(".")
    if top == "app":
        return "app"
    return rest.removeprefix("study.").partition(".")[0] if top == "handtrack" else None


def room_of_file(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "app" if parts[0] == "app" else parts[2] if parts[1] == "study" else parts[1]


def test_every_room_imports_only_what_lies_below_it() -> None:
    wrong = []
    for path in FILES:
        room = room_of_file(path)
        allowed = {None, *BASE, *(() if room in BASE else ALLOWED[room] | {room})}
        late_room = LATE.get(path.relative_to(ROOT).as_posix())
        late = late_imports(path) if late_room else set()
        for where, module in imports(path):
            other = room_of(module)
            if other not in allowed and not (other == late_room and where in late):
                wrong.append(f"{where}: {module}")

    assert wrong == []


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_modules_import_each_other_in_a_circle() -> None:
    # Late imports count, and those for types alone: who needs a type needs to know its module.
    modules = {module_of(path) for path in FILES}
    above: dict[str, set[str]] = {}
    for path in FILES:
        imported = {
            name if name in modules else name.rpartition(".")[0]  # a module, or a name in one
            for _, name in imports(path)
        }
        above[module_of(path)] = (imported & modules) - {module_of(path)}

    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(error.args[1])) from None


def test_rooms_of_the_rendered_hand_build_on_each_other() -> None:
    wrong = []
    for room, below in SYNTHESIS.items():
        for path in sorted((ROOT / "handtrack" / "study" / "synthesis" / room).rglob("*.py")):
            for where, module in imports(path):
                inner = module.removeprefix("handtrack.study.synthesis.").partition(".")[0]
                if module.startswith("handtrack.study.synthesis.") and inner not in below | {room}:
                    wrong.append(f"{where}: {module}")

    assert wrong == []


def test_only_the_window_knows_qt() -> None:
    toolkits = ("PyQt6", "pyqtgraph")
    users = {
        room_of_file(path)
        for path in FILES
        for _, module in imports(path)
        if module.partition(".")[0] in toolkits
    }

    assert users == {"app"}


def test_only_one_file_loads_open3d() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if "open3d" in {module.partition(".")[0] for _, module in imports(path)}
    }

    assert users == {"handtrack/spatial_view/open3d_package.py"}


def test_live_path_never_reaches_the_rooms_of_study() -> None:
    reached, waiting = set(), {"app", "__init__"}
    while waiting:
        room = waiting.pop()
        reached.add(room)
        waiting |= ALLOWED[room] - reached

    assert {"pipeline", "model"} <= reached
    assert not reached & STUDY


def test_nothing_that_is_loaded_can_run_code() -> None:
    wrong = []
    for path in FILES:
        wrong += [f"{where}: {name}" for where, name in imports(path) if name.partition(".")[0] in PICKLES]
        for call in calls(path):
            if call.function in CODE_RUNNING_CALLS:
                wrong.append(f"{call.where}: {call.function}")
            if "allow_pickle" in call.keywords and ast.unparse(call.keywords["allow_pickle"]) != "False":
                wrong.append(f"{call.where}: allow_pickle")

    assert wrong == []


def test_every_thread_says_whether_it_is_a_daemon() -> None:
    # Unsaid, it is whatever the thread was that made it.
    unsaid = [
        call.where
        for path in FILES
        for call in calls(path)
        if call.function.endswith("Thread")
        and "Native" not in call.function
        and "daemon" not in call.keywords
    ]

    assert unsaid == []


def test_openvino_has_one_core() -> None:
    made = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for call in calls(path)
        if call.function.endswith("Core")
    }

    assert made == {"handtrack/engines/openvino_package.py"}


def test_only_the_command_line_prints() -> None:
    printing = [
        call.where
        for path in FILES
        if room_of_file(path) != "cli"
        for call in calls(path)
        if call.function == "print"
    ]

    assert printing == []
