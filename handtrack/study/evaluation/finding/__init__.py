"""The race of whole-frame hand finders in single pictures of persons and scenes that nobody trained on."""
