from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a message; frozen like the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")
