import numpy as np

calls = 0


class Box:
    def __init__(self, start=0.0):
        self.total = np.asarray(start, dtype=float)

    def add(self, x):
        global calls
        calls += 1
        self.total = self.total + x
        return self.total

    def twin(self):
        return self


def count():
    return calls
