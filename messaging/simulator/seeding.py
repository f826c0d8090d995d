"""What the world begins with."""

import json
import os
from pathlib import Path

from messaging.simulator.callbacks import SCHEDULE
from messaging.simulator.faults import FAULTS
from messaging.simulator.serving import SEEDS
from messaging.simulator.world import WORLD

DEMO = Path(__file__).with_name("demo.json")


def reset(seed: str) -> None:
    """Begins again, with nothing or with the demo; raises ValueError for any other word."""
    if seed not in SEEDS:
        raise ValueError(f"seed is one of {', '.join(SEEDS)}.")
    SCHEDULE.clear()
    FAULTS.clear()
    WORLD.reset()
    if seed == "demo":
        load(DEMO.read_text())


def load(text: str) -> None:
    """Adds what a seed file names. `{here}` in it is where this process is reached."""
    data = json.loads(text.replace("{here}", os.environ["SIMULATOR_PUBLIC_URL"]))
    for company in data["companies"]:
        WORLD.add_company(**company)
    for bot in data["bots"]:
        WORLD.add_bot(**bot)
    for bot_id, templates in data["templates"].items():
        for template in templates:
            WORLD.add_template(bot_id, template)
