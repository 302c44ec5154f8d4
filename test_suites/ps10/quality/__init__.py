"""Code quality: what can be measured of it."""
