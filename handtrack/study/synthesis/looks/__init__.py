"""What a rendered hand is seen with: skin, light, surroundings, clothes and things."""
