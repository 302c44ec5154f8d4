"""Makes ``backbone.npz``: trains the backbone to read printed letters, in the fonts that come with Matplotlib.

It sees no digit. Takes about 20 s on one core; needs Pillow and Matplotlib. Run it in this folder:
``python train_backbone.py``.
"""

from pathlib import Path

import matplotlib
import numpy as np
import torch
from backbone import FEATURES, Backbone
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from torch import nn

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabdefghkmnpqrty"
FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSerif",
    "STIXGeneral",
)
EACH, EPOCHS, BATCH = 80, 5, 64


def letter(text, font, rng):
    """One letter, (16, 16) in [0, 1]: turned, moved and blurred by chance."""
    image = Image.new("L", (64, 64))
    ImageDraw.Draw(image).text((32, 32), text, fill=255, font=font, anchor="mm")
    box = image.getbbox()
    width, height = rng.uniform(30, 56), rng.uniform(46, 62)
    image = image.crop(box).resize((int(width), int(height)))
    page = Image.new("L", (64, 64))
    page.paste(image, (int((64 - width) / 2), int((64 - height) / 2)))
    page = page.rotate(rng.uniform(-15, 15), translate=tuple(int(s) for s in rng.integers(-3, 4, 2)))
    page = page.filter(ImageFilter.GaussianBlur(rng.uniform(1, 3)))
    return np.asarray(page.resize((8, 8), Image.BOX).resize((16, 16), Image.NEAREST)) / 255


def letters(rng):
    """All letters, EACH times: images (N, 1, 16, 16) and labels (N,)."""
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    fonts = [ImageFont.truetype(str(folder / f"{name}.ttf"), size) for name in FONTS for size in (36, 44)]
    labels = np.repeat(np.arange(len(LETTERS)), EACH)
    images = [letter(LETTERS[label], fonts[rng.integers(len(fonts))], rng) for label in labels]
    return torch.tensor(np.array(images)[:, None], dtype=torch.float32), torch.from_numpy(labels)


def main():
    """Train, and write the weights in half precision."""
    torch.manual_seed(0)
    X, y = letters(np.random.default_rng(0))
    model = nn.Sequential(Backbone(), nn.Linear(FEATURES, len(LETTERS)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    steps = EPOCHS * (len(X) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps)
    for epoch in range(EPOCHS):
        right = 0
        for rows in torch.randperm(len(X)).split(BATCH):
            logits = model(X[rows])
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits, y[rows]).backward()
            optimizer.step()
            schedule.step()
            right += int((logits.argmax(dim=1) == y[rows]).sum())
        print(f"epoch {epoch + 1}: {right / len(X):.3f} of the letters")
    arrays = {
        name: value.numpy().astype(np.float16) if value.is_floating_point() else value.numpy()
        for name, value in model[0].state_dict().items()
    }
    np.savez_compressed("backbone.npz", **arrays)


if __name__ == "__main__":
    main()
