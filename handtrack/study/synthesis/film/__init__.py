"""Short films of moving hands with exact truth, for the bench of motion."""
