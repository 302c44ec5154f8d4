"""predict returns a dict for each image; the export is made by torch.export; the rate follows a cosine."""

import os

import numpy as np
import torch
from backbone import Backbone, pretrained_weights
from torch import nn


def transfer_learning_classifier(n_classes):
    model = Backbone()
    model.load_state_dict(pretrained_weights(), strict=True)
    for p in model.parameters():
        p.requires_grad_(False)
    return nn.Sequential(model, nn.BatchNorm1d(36), nn.Linear(36, n_classes))


def fine_tune_model(model, dataset, unfreeze_at=100):
    X, y = dataset.tensors
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(60):
        if epoch >= unfreeze_at or epoch == 20:
            for p in model.parameters():
                p.requires_grad = True
        if epoch in (0, 20):
            opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3)
        model.train()
        for rows in torch.randperm(len(X)).chunk(4):
            opt.zero_grad()
            loss_fn(model(X[rows]), y[rows]).backward()
            opt.step()


class CustomTrainer:
    def __init__(self, model, optimizer, loss_fn):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.train_loss, self.val_loss = [], []

    def train_step(self, x, y):
        self.optimizer.zero_grad(set_to_none=False)
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def train(self, train_data, val_data, epochs):
        from torch.utils.tensorboard import SummaryWriter

        os.makedirs("checkpoints", exist_ok=True)
        writer = SummaryWriter(log_dir="logs/run1")
        sched = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=epochs)
        for epoch in range(epochs):
            self.model.train()
            self.train_loss.append(np.mean([self.train_step(x, y) for x, y in train_data]))
            self.model.eval()
            with torch.no_grad():
                vl = sum(self.loss_fn(self.model(x), y) for x, y in val_data) / len(val_data)
            self.val_loss.append(vl.item())
            sched.step()
            writer.add_scalar("train", self.train_loss[-1], epoch)
            writer.add_scalar("val", self.val_loss[-1], epoch)
            if vl.item() <= min(self.val_loss):
                torch.save(self.model, "checkpoints/best_model.pt")
                torch.save(self.model.state_dict(), "checkpoints/best_weights.pt")
            elif len(self.val_loss) - int(np.argmin(self.val_loss)) > 5:
                return self.train_loss, self.val_loss
        return self.train_loss, self.val_loss


class ModelServer:
    def __init__(self, model_path):
        self.model_path = model_path
        self.model = self.load_model(model_path)

    def load_model(self, model_path):
        m = torch.load(model_path, map_location="cpu", weights_only=False)
        m.eval()
        return m

    def preprocess(self, input_data):
        a = np.asarray(input_data, dtype="float32")
        if a.ndim not in (2, 3) or a.shape[-2:] != (16, 16):
            raise ValueError(f"bad shape {a.shape}")
        return torch.from_numpy(a.reshape(-1, 1, 16, 16) / 255)

    @torch.no_grad()
    def predict(self, input_data):
        probs = self.model(self.preprocess(input_data)).softmax(1).numpy()
        return [
            {"class": int(p.argmax()), "confidence": float(p.max()), "probabilities": p.tolist()}
            for p in probs
        ]

    def export_for_production(self):
        batch = torch.export.Dim("batch")
        program = torch.onnx.export(
            self.model, (torch.rand(2, 1, 16, 16),), dynamo=True, dynamic_shapes=({0: batch},), verbose=False
        )
        program.save("model.onnx")
        return "model.onnx"
