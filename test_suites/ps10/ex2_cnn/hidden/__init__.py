"""What is kept back."""
