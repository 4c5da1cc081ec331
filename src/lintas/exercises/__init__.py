"""Practice with invented people: the world they live in, the training federation, and the stories played in it."""

from lintas.exercises.federation import officers, places
from lintas.exercises.stage import Actor, Stage, set_stage
from lintas.exercises.story import Scene, story

__all__ = ["Actor", "Scene", "Stage", "officers", "places", "set_stage", "story"]
