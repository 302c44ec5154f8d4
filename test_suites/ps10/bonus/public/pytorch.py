"""What is run here is PyTorch; TensorFlow is legal, too."""

import re

from grader.checks import ask

TENSORFLOW = re.compile(r"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


def in_pytorch(module):
    """Hands work in TensorFlow to a person."""
    if TENSORFLOW.search(module.source):
        raise ask("This is written in TensorFlow, which is not run here. A person looks at it.")
