"""The script's passages about the network: its parts, how it is made, and which of it learns when."""

from collections.abc import Iterator

from core.catalog.registry import Choice
from core.catalog.strategies import STRATEGIES
from core.export.script_passages import WIDTH, Passage, literal
from core.export.script_study import Study, decays


def network(study: Study) -> Passage:
    recipe = study.recipe
    code = [
        "def make_network():",
        f'    """{study.network} with a classifier for these classes, as it was before the first step."""',
        *_creation(study),
        *_grid(recipe.pooling),
        '    model.load_state_dict(load_file(HERE / "start.safetensors"))',
        "    return model.to(DEVICE, memory_format=torch.channels_last)",
    ]
    begins = (
        f"the pretrained weights of {recipe.backbone}" if recipe.pretrained else "weights drawn at random for this seed"
    )
    prose = (
        f"start.safetensors holds what it began with: {begins}, and a new classifier. For another beginning, leave "
        "load_state_dict away and ask timm with pretrained=True."
    )
    return Passage("The network", prose, "\n".join(code))


def _creation(study: Study) -> Iterator[str]:
    """On one line where that is short enough."""
    arguments = {"num_classes": "len(CLASSES)", **{key: literal(value) for key, value in study.model_args.items()}}
    written = [literal(study.network), *(f"{key}={value}" for key, value in arguments.items())]
    whole = f"    model = timm.create_model({', '.join(written)})"
    if len(whole) <= WIDTH:
        yield whole
        return
    yield "    model = timm.create_model("
    yield from (f"        {each}," for each in written)
    yield "    )"


def _grid(pooling: str | tuple[int, int]) -> Iterator[str]:
    """timm has no pooling into a grid, so the script puts it in."""
    if isinstance(pooling, str):
        return
    cells = pooling[0] * pooling[1]
    yield f"    # Averaged over each cell of a grid of {pooling[0]} x {pooling[1]}, so that left and right stay apart."
    yield '    owner = next(module for module in model.modules() if hasattr(module, "global_pool"))'
    yield f"    owner.global_pool = nn.Sequential(nn.AdaptiveAvgPool2d({pooling}), nn.Flatten(1))"
    yield "    classifier = model.get_classifier()"
    yield "    name = next(name for name, module in model.named_modules() if module is classifier)"
    yield '    parent, _, child = name.rpartition(".")'
    yield f"    wider = nn.Linear({cells} * classifier.in_features, len(CLASSES))"
    yield "    setattr(model.get_submodule(parent), child, wider)"


def strategy(study: Study) -> Passage:
    """Which part learns in which epoch, as a table: whatever the strategy computes, this is what it came to."""
    code = [
        "PARTS = [",
        "    # what a part is called, and how the names of its parameters begin",
        *(f"    ({literal(name)}, {literal(list(begins), 4)})," for name, begins in study.parts),
        "]",
        "SCALES = {",
        "    # from this epoch on, each part learns at the rate times this; at 0 it is frozen",
        *(f"    {epoch}: {literal(scales, 4)}," for epoch, scales in _scales(study)),
        "}",
        "",
        "",
        _PARAMETERS,
        "",
        "",
        *_groups(study),
        "",
        "",
        _WAKE,
        "",
        "",
        _REST_OR_DRIFT if study.recipe.frozen_norms == "drift" else _REST,
    ]
    prose = (
        f"Strategy: {worded(study.recipe.strategy)}. A part is a stretch of the network, the last one its classifier."
    )
    return Passage("What learns, and when", prose, "\n".join(code))


def worded(choice: Choice) -> str:
    """ "gradual (epochs_per_stage 2)"."""
    settings = ", ".join(f"{name} {value}" for name, value in choice.knobs)
    return f"{choice.name} ({settings})" if settings else choice.name


def _scales(study: Study) -> Iterator[tuple[int, list[float]]]:
    """An epoch and its scales, wherever they change."""
    strategy, before = STRATEGIES.build(study.recipe.strategy), None
    for epoch in range(study.recipe.epochs):
        scales = [int(each) if each in (0, 1) else each for each in strategy.lr_scales(len(study.parts), epoch)]
        if scales != before:
            yield epoch, scales
        before = scales


def _groups(study: Study) -> Iterator[str]:
    of_weights, of_the_rest = decays(study.recipe)
    yield "def groups_of(model):"
    yield '    """Two groups for each part: its weights, and its norms and biases."""'
    yield "    groups = []"
    yield "    for part, (_, begins) in enumerate(PARTS):"
    yield "        own = [parameter for _, parameter in parameters_of(model, begins)]"
    yield f"        for are_weights, decay in ((True, {of_weights!r}), (False, {of_the_rest!r})):"
    yield "            chosen = [parameter for parameter in own if (parameter.dim() > 1) == are_weights]"
    yield "            if chosen:"
    yield '                groups.append({"params": chosen, "part": part, "weight_decay": decay})'
    yield "    return groups"


_PARAMETERS = '''\
def parameters_of(model, begins):
    """The parameters whose names begin so."""
    return [(name, parameter) for name, parameter in model.named_parameters() if name.startswith(tuple(begins))]'''

_WAKE = '''\
def wake(model, optimizer, epoch):
    """Freeze and wake what this epoch wants; a frozen part keeps its norms' statistics and its dropout silent."""
    scales = SCALES[max(first for first in SCALES if first <= epoch)]
    for group in optimizer.param_groups:
        group["scale"] = scales[group["part"]]
        for parameter in group["params"]:
            parameter.requires_grad_(group["scale"] > 0)
            if group["scale"] == 0:
                parameter.grad = None
    model.train()
    rest_what_is_frozen(model)'''

_REST = '''\
def rest_what_is_frozen(module, parent_learns=True):
    """A module trains if any of its weights do; one without weights goes with its parent."""
    weights = list(module.parameters())
    module.training = any(each.requires_grad for each in weights) if weights else parent_learns
    for child in module.children():
        rest_what_is_frozen(child, module.training)'''

_REST_OR_DRIFT = '''\
def rest_what_is_frozen(module, parent_learns=True):
    """A module trains if any of its weights do; the statistics of a frozen BatchNorm follow the new pictures."""
    weights = list(module.parameters())
    learns = any(each.requires_grad for each in weights) if weights else parent_learns
    module.training = learns or isinstance(module, nn.modules.batchnorm._BatchNorm)
    for child in module.children():
        rest_what_is_frozen(child, learns)'''
