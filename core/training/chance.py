"""What dropout and stochastic depth draw: the same for the same step, whatever was drawn before."""

import torch


def draw_from(seed: int, device: torch.device) -> None:
    """From now on torch draws as after `torch.manual_seed`, which writes down who called it and takes longer."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed_all(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
