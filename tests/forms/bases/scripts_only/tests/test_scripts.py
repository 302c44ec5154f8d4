import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evaluate import score  # noqa: E402
from train import classify, train  # noqa: E402

POINTS = [(-1.0, 0.0, 0), (-2.0, 1.0, 0), (1.0, 0.0, 1), (2.0, -1.0, 1)]


class TestScripts(unittest.TestCase):
    def test_classify(self):
        self.assertEqual([classify([1, 0, 0], x, 0) for x in (-1, 1)], [0, 1])

    def test_training_separates_the_points(self):
        self.assertEqual(score(train(POINTS), POINTS), 4)

    def test_score_counts_the_right_ones(self):
        self.assertEqual(score([-1, 0, 0], POINTS), 0)


if __name__ == "__main__":
    unittest.main()
