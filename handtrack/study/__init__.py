"""Where the networks come from and what they are worth; the live path needs none of it (README.md here)."""
