import numpy as np


class Vault:
    def __init__(self, size):
        # BEGIN SOLUTION
        self.gold = np.ones(size)
        # END SOLUTION

    def total(self):
        # BEGIN SOLUTION
        return self.gold.sum()
        # END SOLUTION

    def twice(self):
        return 2 * self.total()
