"""Transfer learning, a training loop, and a server."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from backbone import Backbone, pretrained_weights
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter


class DigitNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.base = Backbone()
        self.base.load_state_dict(pretrained_weights())
        self.base.requires_grad_(False)
        self.fc1 = nn.Linear(36, 64)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(64, n_classes)

    def forward(self, x):
        return self.fc2(self.drop(F.relu(self.fc1(self.base(x)))))


def transfer_learning_classifier(n_classes):
    return DigitNet(n_classes)


def fine_tune_model(model, dataset, unfreeze_at=100):
    loader = DataLoader(dataset, batch_size=16, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    layers = list(model.base.modules())
    history = []
    for phase, n_epochs in (("head", 20), ("all", 30)):
        if phase == "all":
            for layer in layers[unfreeze_at:]:
                for p in layer.parameters():
                    p.requires_grad = True
            for g in optimizer.param_groups:
                g["lr"] = 0.01
        for epoch in range(n_epochs):
            model.train()
            for x, y in loader:
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
            history.append(loss.item())
    return model, history


class CustomTrainer:
    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.train_loss = []
        self.val_loss = []
        self.writer = SummaryWriter()
        self.scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)

    def train_step(self, x, y):
        self.model.train()
        out = self.model(x)
        loss = self.loss_fn(out, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def train(self, train_data, val_data, epochs):
        best_loss, best_state, bad = None, None, 0
        for epoch in range(1, epochs + 1):
            total, n = 0.0, 0
            for x, y in train_data:
                total += self.train_step(x, y).item() * len(x)
                n += len(x)
            self.train_loss.append(total / n)
            self.model.eval()
            total, n = 0.0, 0
            with torch.no_grad():
                for x, y in val_data:
                    total += self.loss_fn(self.model(x), y).item() * len(x)
                    n += len(x)
            self.val_loss.append(total / n)
            self.writer.add_scalars("loss", {"train": self.train_loss[-1], "val": self.val_loss[-1]}, epoch)
            self.writer.add_scalar("lr", self.optimizer.param_groups[0]["lr"], epoch)
            self.scheduler.step()
            if best_loss is None or self.val_loss[-1] < best_loss - 1e-3:
                best_loss, bad = self.val_loss[-1], 0
                best_state = copy.deepcopy(self.model.state_dict())
                torch.save(
                    {
                        "epoch": epoch,
                        "model_state_dict": best_state,
                        "optimizer_state_dict": self.optimizer.state_dict(),
                    },
                    "checkpoint.pth",
                )
            else:
                bad += 1
                if bad >= 10:
                    print("early stopping")
                    break
        self.model.load_state_dict(best_state)


class ModelServer:
    def __init__(self, model_path):
        self.model = self.load_model(model_path)

    def load_model(self, model_path):
        return torch.load(model_path, weights_only=False).eval()

    def preprocess(self, input_data):
        x = torch.tensor(input_data, dtype=torch.float32) / 255.0
        if x.dim() == 2:
            x = x.unsqueeze(0)
        if x.shape[1:] != (16, 16):
            raise ValueError("expected 16x16 images")
        return x.unsqueeze(1)

    def predict(self, input_data):
        with torch.inference_mode():
            p = self.model(self.preprocess(input_data))
        conf, labels = p.max(dim=1)
        return labels, conf

    def export_for_production(self):
        scripted = torch.jit.trace(self.model, torch.rand(1, 1, 16, 16))
        scripted.save("model_scripted.pt")
