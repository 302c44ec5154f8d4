"""The checks that students get: small numbers worked out by hand."""
