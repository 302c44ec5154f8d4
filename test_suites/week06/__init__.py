"""Week 6: deep learning end to end."""
