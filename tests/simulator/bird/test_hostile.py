"""Whatever comes in, the answer is a documented one, and the phone can be looked at."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulating import CHANNEL, Simulator
from tests.simulator.bird.conftest import EXAMPLES, NUMBER, Bird
from tests.simulator.bird.test_examples import SENT

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(["", " ", "{{x}}", "https://[", "https://a.example/b", "reply", "list", "text", "\x00"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=9), inside, max_size=3),
)


def ways(value: Any) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((step, *way) for step, item in inside for way in ways(item))]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good message in which up to two values became something else."""
    payload = deepcopy(EXAMPLES[draw(st.sampled_from(SENT))]["payload"])
    for _ in range(draw(st.integers(1, 2))):
        way = draw(st.sampled_from([way for way in ways(payload) if way]))
        inside = payload
        for step in way[:-1]:
            inside = inside[step]
        inside[way[-1]] = draw(VALUES)
    return payload


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=spoilt())
def test_nothing_breaks_it(bird_simulator: Simulator, bird: Bird, payload: Any) -> None:
    response = bird.post(payload)
    assert response.status_code in (202, 422, 429), response.text
    assert response.status_code == 202 or {"code", "message"} <= response.json().keys()
    assert response.status_code != 202 or response.json()["status"] in ("accepted", "scheduled")
    page = bird.session.get(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/news", timeout=10)
    assert page.status_code == 200
