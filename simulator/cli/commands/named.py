"""What a shell completes."""


def scenario_names(incomplete: str) -> list[str]:
    """Return the shipped scenarios whose names begin so; files the shell knows itself."""
    from simulator.scenario.named import shipped

    return [name for name in shipped() if name.startswith(incomplete)]
