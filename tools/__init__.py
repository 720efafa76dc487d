"""What make uses; no part of the program, and nothing here needs a package."""
