"""The checks that students have.

markets   simulated baskets, and the same basket with another future
test_*    one file for each part of the lab
"""
