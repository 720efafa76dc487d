"""The hand's body: its mesh, its people, its poses and how they move."""
