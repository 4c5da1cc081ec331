"""Practice with invented people: the world they live in, the training federation, and the stories played in it."""
