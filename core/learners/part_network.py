"""The small network that says what a candidate shows: one of the classes, or no single thing."""

import torch
from torch import nn

from core.learners.candidates import WINDOW


def _block(before: int, after: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(before, after, size, stride=stride, padding=size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]


class PartNetwork(nn.Module):
    """Two layers of ink in (the candidate's own, and the rest), one score per class and one for `no single thing`."""

    def __init__(self, classes: int):
        super().__init__()
        self.features = nn.Sequential(
            *_block(2, 16, size=5, stride=2),
            *_block(16, 32),
            nn.MaxPool2d(2),
            *_block(32, 64),
            *_block(64, 64),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.3),
        )
        self.classifier = nn.Linear(64 * (WINDOW // 8) ** 2, classes + 1)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(windows.contiguous(memory_format=torch.channels_last)))
