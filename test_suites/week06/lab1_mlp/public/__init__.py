"""The checks that students have: worked examples, and what must hold of their own numbers."""
