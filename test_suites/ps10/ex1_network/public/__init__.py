"""The checks that students have: small numbers, worked out by hand."""
