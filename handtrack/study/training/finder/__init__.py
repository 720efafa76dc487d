"""How the network that finds hands in whole frames is trained."""
