"""Operations are counted, and counting leaves no trace."""

import torch

from core.training.counting import operations_of


def small() -> torch.nn.Sequential:
    return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(8 * 4 * 4, 5))


ONE_PICTURE = 2 * (8 * 4 * 4 * 3 * 9 + 5 * 128)


def test_operations_are_counted_as_convolutions_and_linear_layers_do_them():
    model = small()
    assert operations_of(model, lambda: model(torch.zeros(10, 3, 4, 4))) == 10 * ONE_PICTURE


def test_only_what_is_computed_counts_and_a_second_look_counts_the_same():
    model, picture = small(), torch.zeros(1, 3, 4, 4)
    assert [operations_of(model, lambda: model(picture)) for _ in range(2)] == [ONE_PICTURE] * 2
    assert operations_of(model, lambda: model[:2](picture)) == ONE_PICTURE - 2 * 5 * 128
    assert not any(module._forward_hooks for module in model.modules())
