"""What the world begins with."""

import json
import os
from pathlib import Path

from messaging.simulator.bird import turning as bird
from messaging.simulator.callbacks import SCHEDULE
from messaging.simulator.faults import FAULTS
from messaging.simulator.rows import Json
from messaging.simulator.serving import SEEDS
from messaging.simulator.world import WORLD

DEMO = Path(__file__).with_name("demo.json")
BIRD_DEMO = Path(__file__).with_name("bird_demo.json")


def reset(seed: str) -> None:
    """Begins again, with nothing or with the demo; raises ValueError for any other word."""
    if seed not in SEEDS:
        raise ValueError(f"seed is one of {', '.join(SEEDS)}.")
    SCHEDULE.clear()
    FAULTS.clear()
    WORLD.reset()
    if seed == "demo":
        load(DEMO)
        load_bird(BIRD_DEMO)


def load(path: Path) -> None:
    """Adds what a seed file names."""
    data = _read(path)
    for company in data["companies"]:
        WORLD.add_company(**company)
    for bot in data["bots"]:
        WORLD.add_bot(**bot)
    for bot_id, templates in data["templates"].items():
        for template in templates:
            WORLD.add_template(bot_id, template)


def load_bird(path: Path) -> None:
    """The same for a file of Bird's workspaces."""
    data = _read(path)
    for workspace in data["workspaces"]:
        bird.add_workspace(workspace)
    for channel in data["channels"]:
        bird.add_channel(channel)
    for template in data["templates"]:
        bird.add_template(template)


def _read(path: Path) -> Json:
    """`{here}` in it is where this process is reached."""
    content: Json = json.loads(path.read_text().replace("{here}", os.environ["SIMULATOR_PUBLIC_URL"]))
    return content
