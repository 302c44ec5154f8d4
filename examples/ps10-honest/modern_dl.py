"""Exercise 4: transfer learning, a training loop and a server, in PyTorch."""

import os

import torch
import torch.nn.functional as F
from backbone import Backbone, pretrained_weights
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter


class DigitClassifier(nn.Module):
    """The given backbone with a head of two layers."""

    def __init__(self, n_classes):
        super().__init__()
        self.backbone = Backbone()
        self.backbone.load_state_dict(pretrained_weights())
        for param in self.backbone.parameters():
            param.requires_grad = False
        self.head = nn.Sequential(nn.Linear(36, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, n_classes))

    def forward(self, x):
        """Logits."""
        return self.head(self.backbone(x))


def transfer_learning_classifier(n_classes):
    """A pretrained, frozen backbone with a new head."""
    return DigitClassifier(n_classes)


def fine_tune_model(model, dataset, unfreeze_at=100):
    """Train the head; from epoch unfreeze_at on train everything, with a smaller learning rate."""
    loader = DataLoader(dataset, batch_size=16, shuffle=True)
    n_epochs = 60
    thaw = min(unfreeze_at, 30)
    optimizer = torch.optim.Adam(model.head.parameters(), lr=5e-3)
    for epoch in range(n_epochs):
        if epoch == thaw:
            for param in model.backbone.parameters():
                param.requires_grad = True
            optimizer = torch.optim.Adam(
                [
                    {"params": model.backbone.parameters(), "lr": 5e-4},
                    {"params": model.head.parameters(), "lr": 2e-3},
                ]
            )
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
    model.eval()
    return model


class CustomTrainer:
    """Training loop with schedule, early stopping, checkpoints and TensorBoard."""

    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.train_loss = []
        self.val_loss = []

    def train_step(self, x, y):
        """One step; returns the loss."""
        self.model.train()
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self, train_data, val_data, epochs, patience=5):
        """Train for at most that many epochs."""
        scheduler = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma=0.95)
        writer = SummaryWriter(log_dir="logs")
        os.makedirs("checkpoints", exist_ok=True)
        best, waiting = float("inf"), 0
        for epoch in range(epochs):
            losses = [self.train_step(x, y) for x, y in train_data]
            self.train_loss.append(sum(losses) / len(losses))
            self.model.eval()
            losses = []
            with torch.no_grad():
                for x, y in val_data:
                    losses.append(self.loss_fn(self.model(x), y).item())
            self.val_loss.append(sum(losses) / len(losses))
            writer.add_scalar("train_loss", self.train_loss[-1], epoch)
            writer.add_scalar("val_loss", self.val_loss[-1], epoch)
            scheduler.step()
            if self.val_loss[-1] < best:
                best, waiting = self.val_loss[-1], 0
                torch.save(self.model.state_dict(), os.path.join("checkpoints", "best_model.pth"))
            else:
                waiting += 1
                if waiting >= patience:
                    print("early stopping in epoch", epoch)
                    break
        writer.close()


class ModelServer:
    """Serve a saved model."""

    def __init__(self, model_path):
        self.model = self.load_model(model_path)

    def load_model(self, model_path):
        """Load the whole model."""
        model = torch.load(model_path, weights_only=False, map_location="cpu")
        model.eval()
        return model

    def preprocess(self, input_data):
        """Lists of pixels from 0 to 255 to a tensor (N, 1, 16, 16) from 0 to 1."""
        x = torch.tensor(input_data, dtype=torch.float32)
        if x.ndim != 3 or x.shape[1:] != (16, 16):
            raise ValueError(f"expected images (N, 16, 16), got {tuple(x.shape)}")
        return x.unsqueeze(1) / 255.0

    def predict(self, input_data):
        """Class and confidences of each image."""
        with torch.no_grad():
            probs = F.softmax(self.model(self.preprocess(input_data)), dim=1)
        return {"labels": probs.argmax(dim=1).tolist(), "confidences": probs.tolist()}

    def export_for_production(self):
        """Export to ONNX with a free batch size."""
        torch.onnx.export(
            self.model,
            torch.randn(1, 1, 16, 16),
            "model.onnx",
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}},
            dynamo=False,
        )
        return "model.onnx"
