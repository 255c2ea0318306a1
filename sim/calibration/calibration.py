"""A scenario and published figures in, the values with which it meets them out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

from sim.calibration.facts import marked
from sim.calibration.least import Least
from sim.calibration.outcome import outcome
from sim.calibration.parameters import Parameter, parameters_of, read_parameters
from sim.calibration.result import Calibration
from sim.calibration.search import Method
from sim.calibration.session import Session, Task
from sim.calibration.target_file import read_targets
from sim.calibration.targets import Target, Targets
from sim.calibration.trials import Trials
from sim.experiment.disk import ResultError
from sim.experiment.keeping import Job, keep
from sim.experiment.manifest import make_manifest, now, request_of
from sim.experiment.plan import make_plan
from sim.experiment.simulation import How, admit
from sim.scenario import dump
from sim.scenario.problems import Problem, ScenarioError, hint, report
from sim.scenario.schema import Scenario
from sim.scenario.vary import Varied

REPLICATIONS, FINAL = 4, 20


def calibrate(
    scenario: Scenario,
    targets: Targets | str | Path,
    method: Method | None = None,
    *,
    parameters: Sequence[str] = (),
    replications: int = REPLICATIONS,
    final: int = FINAL,
    seed: int | None = None,
    how: How | None = None,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    asked: Mapping[str, Any] | None = None,
) -> Calibration:
    """The values of some parameters with which a scenario meets published figures, and how it then stands to others.

    Args:
        scenario: what to simulate.
        targets: the figures, or their file; see `read_targets`.
        method: how to search: `Least` (the default), `TreeParzen` or `Abc`.
        parameters: what is fitted, each as `PATH`, `PATH=LOW:HIGH` or `PATH=LOW:HIGH:log`; as the file of targets says if none.
        replications: of each point that is looked at.
        final: replications, with luck of their own, of the scenario as it is and as it is fitted.
        seed: instead of the scenario's.
        how: by whom the work is done; by all processors, quietly, if None.
        out: folder for the folder of the result, NAME-calibration; nothing is written if None.
        force, resume, asked: as for `sim.run`.

    Raises:
        ScenarioError: if the targets or the parameters cannot be; so it is for a target to fit to that is marked for validation.
        ResultError: if the result cannot be written, belongs to another run, or a target has no value anywhere.
        Interrupted: after Ctrl-C; what had finished is kept where there is a folder.
    """
    figures = targets if isinstance(targets, Targets) else read_targets(targets)
    worlds = ",".join(dict.fromkeys(target.key.world for target in figures.targets))
    plan = make_plan(scenario.model_copy(update={"experiment": None, "precision": {}}), replications=replications, seed=seed, worlds=worlds)
    _check(plan.scenario, figures.targets)
    fitted = parameters_of(plan.scenario, read_parameters(parameters, figures.fit))
    task = Task(plan, figures.targets, tuple(fitted), method or Least(), final)
    request, name = _request(task), f"{scenario.name}-calibration"
    digest = sha256(json.dumps(request).encode()).hexdigest()
    place = None if out is None else Path(out) / name
    if place is not None and resume and place.exists():
        return _complete(place, digest)
    how = how or How()
    admit(name, plan, how, [plan.scenario], designed=_points(task), totals=True)
    started = now()
    session = Session(task, name, how)

    def finish(trials: Trials, _: Path | None) -> Calibration:
        made = make_manifest(plan, dump(plan.scenario), started, asked or {})
        own = {"method": task.method.name, "trials": task.method.trials, "final": task.final}
        return outcome(session, trials, figures.text, {**made, **own, "targets": figures.file, "request_sha256": digest})

    job = Job(request, session.begin, session.carry_out, finish, lambda _, tables, folder: tables.write(folder))
    return keep(job, place, resume=resume, force=force)


def _points(task: Task) -> int:
    """Points of the plan's replications that the search and the report, before and after, come to at most."""
    report = 2 * task.final * len(task.settings_of(task.targets))
    return task.method.trials * len(task.settings_of(task.fitted)) + ceil(report / task.plan.replications)


def _check(scenario: Scenario, targets: Sequence[Target]) -> None:
    """Whether the targets are about things that the scenario has, and none that is marked for validation is to be fitted.

    Raises:
        ScenarioError: if some are not.
    """
    varied, found = Varied(scenario), [marked(target.name) for target in targets if target.fitted and target.use == "validate"]
    for target in targets:
        found += _without_level(scenario, target)
        for key, setting in (("set", target.setting), ("against", target.against or {})):
            faults = varied.with_values(setting)[1] if setting else []
            found += [Problem(target.place, ("targets", target.name, key, *path), text) for path, text in faults]
    if found:
        raise ScenarioError(report(found))


def _without_level(scenario: Scenario, target: Target) -> Iterator[Problem]:
    known: Mapping[str, Any] = {"group": scenario.groups, "topic": scenario.topics, "platform": scenario.platforms}
    levels = known.get(target.key.split)
    if levels is not None and target.key.level not in levels:
        path = ("targets", target.name, "level")
        yield Problem(target.place, path, f"a {target.key.split} of the scenario; {hint(target.key.level, levels)}")


def _request(task: Task) -> dict[str, Any]:
    """All that the outcome depends on."""
    return {
        **request_of(task.plan),
        "replications": task.plan.replications,
        "final": task.final,
        "targets": {target.name: _target(target) for target in task.targets},
        "parameters": {parameter.path: _range(parameter) for parameter in task.parameters},
        "method": {"name": task.method.name, **vars(task.method), **_versions(task.method)},
    }


def _target(target: Target) -> dict[str, Any]:
    return {**{name: value for name, value in vars(target).items() if name != "place"}, "key": list(target.key)}


def _range(parameter: Parameter) -> dict[str, Any]:
    return {"low": parameter.over.low, "high": parameter.over.high, "log": parameter.over.log}


def _versions(method: Method) -> dict[str, str]:
    from importlib.metadata import version

    return {"optuna": version("optuna")} if method.name == "optuna" else {}


def _complete(place: Path, digest: str) -> Calibration:
    """The result that is there already.

    Raises:
        ResultError: if it is another one.
    """
    result = Calibration.read(place)
    if result.manifest.get("request_sha256") != digest:
        raise ResultError(f"{place}: holds another result, so that --resume has nothing to continue")
    return result
