"""chillsim list"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import TextWrapper

import click


def _presets(kind: str) -> dict[str, str]:
    from sim.scenario import presets

    return {name: presets.title(kind, name) for name in presets.shipped(kind)}


def _voices() -> dict[str, str]:
    from sim.scenario.shape import voice_models

    return {name: (model.__doc__ or "").splitlines()[0] for name, model in voice_models().items()}


def _measures() -> dict[str, str]:
    from sim.measures.definitions import MEASURES

    return {name: f"{measure.title} ({measure.kind}): {measure.definition}" for name, measure in MEASURES.items()}


def _figures() -> dict[str, str]:
    from sim.figures import FIGURES

    return dict(FIGURES)


KINDS: dict[str, tuple[str, Callable[[], dict[str, str]]]] = {
    "scenarios": ("Scenarios to start from (chillsim new --from)", lambda: _presets("scenarios")),
    "platforms": ("Platforms (preset: NAME, or chillsim new --from)", lambda: _presets("platforms")),
    "jurisdictions": ("Places (preset: NAME)", lambda: _presets("jurisdictions")),
    "phrasebooks": ("Phrasebooks", lambda: _presets("phrasebooks")),
    "rule-lists": ("Rule lists", lambda: _presets("rule-lists")),
    "domain-blocks": ("Blocklists of domains", lambda: _presets("domain-blocks")),
    "voices": ("Voice models", _voices),
    "measures": ("Measures", _measures),
    "figures": ("Figures", _figures),
}


@click.command(
    epilog="""\b
Example:
  chillsim list measures
"""
)
@click.argument("kinds", nargs=-1, metavar="[KIND]...", type=click.Choice(list(KINDS)))
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]), help="Format.")
def command(kinds: tuple[str, ...], form: str) -> None:
    """List presets, voice models, measures and figures.

    KIND is one of scenarios, platforms, jurisdictions, phrasebooks, rule-lists, domain-blocks, voices, measures and figures; all if
    not given.
    """
    found = {kind: KINDS[kind][1]() for kind in kinds or KINDS}
    if form == "json":
        import json

        click.echo(json.dumps(found, indent=2))
        return
    for index, (kind, things) in enumerate(found.items()):
        click.echo(("\n" if index else "") + KINDS[kind][0])
        for name, meaning in things.items():
            click.echo(_entry(name, meaning, max(map(len, things))))


def _entry(name: str, meaning: str, width: int) -> str:
    wrapper = TextWrapper(width=120, initial_indent=f"  {name:{width}}  ", subsequent_indent=" " * (width + 4))
    return wrapper.fill(meaning) if meaning else f"  {name}"
