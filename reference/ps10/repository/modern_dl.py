"""Exercise 4: a pretrained network put to new use, trained in a loop of one's own, and served.

Images are float32 tensors (N, 1, 16, 16) with pixels from 0 (paper) to 1 (ink); labels are int64 tensors (N,).
"""

import copy
from pathlib import Path

import numpy as np
import torch
from backbone import FEATURES, IMAGE, Backbone, pretrained_weights
from torch import nn
from torch.utils.data import DataLoader


def transfer_learning_classifier(n_classes):
    """A classifier on the given backbone: pretrained, frozen, with a new head.

    Args:
        n_classes: How many classes the head tells apart.

    Returns:
        An ``nn.Module``: images (N, 1, 16, 16) → logits (N, n_classes).
    """
    # BEGIN SOLUTION
    backbone = Backbone()
    backbone.load_state_dict(pretrained_weights())
    for parameter in backbone.parameters():
        parameter.requires_grad = False
    return nn.Sequential(backbone, nn.Linear(FEATURES, n_classes))
    # END SOLUTION


def fine_tune_model(model, dataset, unfreeze_at=100):
    """Train the head, then thaw the backbone and train all of it at a lower rate.

    Graded by the accuracy on 500 digits after fine-tuning on ten of each class, the best of up to five runs within
    five minutes: 0.80 for all points, 0.60 for a part of them.

    Args:
        model: What ``transfer_learning_classifier`` returned.
        dataset: A ``torch.utils.data.TensorDataset`` of images and labels; a hundred examples, perhaps.
        unfreeze_at: The epoch from which the backbone is trained too; 0: from the first.

    Returns:
        The trained model.
    """
    # BEGIN SOLUTION
    torch.manual_seed(0)
    batches = DataLoader(dataset, batch_size=20, shuffle=True)
    head = [parameter for parameter in model.parameters() if parameter.requires_grad]
    body = [parameter for parameter in model.parameters() if not parameter.requires_grad]
    optimizer = torch.optim.Adam([{"params": head, "lr": 1e-2}], weight_decay=1e-4)
    last = min(unfreeze_at, 40) + 20
    for epoch in range(last):
        if epoch == min(unfreeze_at, 40):
            for parameter in body:
                parameter.requires_grad = True
            optimizer.add_param_group({"params": body, "lr": 1e-3})
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    model.eval()
    return model
    # END SOLUTION


class CustomTrainer:
    """A training loop that adapts its rate, stops early, keeps the best weights, and logs.

    Args:
        model: Any ``nn.Module``.
        optimizer: Of its parameters.
        loss_fn: ``loss_fn(model(x), y)`` is the mean loss of a batch.

    Attributes:
        train_loss: The mean loss of each epoch's batches.
        val_loss: The mean loss on the validation data after each epoch.
    """

    PATIENCE = 6
    CHECKPOINT = "best.pt"

    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.train_loss = []
        self.val_loss = []

    def train_step(self, x, y):
        """One step of the optimizer on one batch.

        Args:
            x: Inputs (N, …).
            y: Targets, as ``loss_fn`` takes them.

        Returns:
            The batch's loss before the step, a float.
        """
        # BEGIN SOLUTION
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()
        # END SOLUTION

    @torch.no_grad()
    def evaluate(self, data):
        """The mean loss over batches, with dropout off and running statistics left alone."""
        # BEGIN SOLUTION
        self.model.eval()
        return float(np.mean([self.loss_fn(self.model(x), y).item() for x, y in data]))
        # END SOLUTION

    def train(self, train_data, val_data, epochs):
        """Train until the validation loss stops falling.

        Checkpoints go into a file in the working folder, TensorBoard's events into ``runs/`` there. The learning
        rate has to change on the way. Training stops when the validation loss has not fallen for a while: a patience
        of up to ten epochs.

        Args:
            train_data: An iterable of batches (x, y), gone through once an epoch.
            val_data: The same, for validation.
            epochs: How many at most.
        """
        # BEGIN SOLUTION
        from torch.utils.tensorboard import SummaryWriter

        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, factor=0.5, patience=2)
        best, waited = float("inf"), 0
        with SummaryWriter("runs") as log:
            for epoch in range(epochs):
                self.model.train()
                losses = [self.train_step(x, y) for x, y in train_data]
                self.train_loss.append(float(np.mean(losses)))
                self.val_loss.append(self.evaluate(val_data))
                schedule.step(self.val_loss[-1])
                log.add_scalar("loss/train", self.train_loss[-1], epoch)
                log.add_scalar("loss/validation", self.val_loss[-1], epoch)
                if self.val_loss[-1] < best:
                    best, waited = self.val_loss[-1], 0
                    torch.save(self.model.state_dict(), self.CHECKPOINT)
                else:
                    waited += 1
                if waited == self.PATIENCE:
                    break
        # END SOLUTION


class ModelServer:
    """Answers requests with a trained model.

    Args:
        model_path: A whole classifier, as ``torch.save(model, model_path)`` wrote it: images (N, 1, 16, 16) with
            pixels from 0 to 1 → logits (N, n_classes).
    """

    def __init__(self, model_path):
        self.model_path = Path(model_path)
        self.model = self.load_model(model_path)

    def load_model(self, model_path):
        """The classifier of a file, ready to be asked."""
        # BEGIN SOLUTION
        model = torch.load(model_path, weights_only=False)
        model.eval()
        return model
        # END SOLUTION

    def preprocess(self, input_data):
        """What clients send, as the model takes it.

        Args:
            input_data: Images as nested lists (N, 16, 16), with pixels from 0 (paper) to 255 (ink).

        Returns:
            A float32 tensor (N, 1, 16, 16) with values from 0 to 1.
        """
        # BEGIN SOLUTION
        images = torch.as_tensor(np.asarray(input_data, dtype=np.float32))
        return images.reshape(-1, *IMAGE) / 255
        # END SOLUTION

    def predict(self, input_data):
        """Labels, and how sure they are.

        Args:
            input_data: Images as nested lists, as in ``preprocess``.

        Returns:
            A dict: ``labels``, a list of N whole numbers, and ``confidences``, N lists of n_classes probabilities.
        """
        # BEGIN SOLUTION
        with torch.no_grad():
            probabilities = torch.softmax(self.model(self.preprocess(input_data)), dim=1)
        return {"labels": probabilities.argmax(dim=1).tolist(), "confidences": probabilities.tolist()}
        # END SOLUTION

    def export_for_production(self):
        """Write the model in a format that runs without this code: ONNX, or TorchScript.

        The file goes into the working folder. It takes batches of any size, as the model does: (N, 1, 16, 16)
        with pixels from 0 to 1.

        Returns:
            The path of the file.
        """
        # BEGIN SOLUTION
        path = self.model_path.with_suffix(".onnx")
        torch.onnx.export(
            copy.deepcopy(self.model),
            (torch.zeros(2, *IMAGE),),
            str(path),
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}},
            dynamo=False,
        )
        return str(path)
        # END SOLUTION
