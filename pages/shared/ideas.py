"""The ideas behind it all in plain words, each a title and a paragraph."""

IDEAS: tuple[tuple[str, str], ...] = (
    (
        "Backbone, head, parts",
        "A backbone is a network that has already learned from other pictures: its early parts see edges and "
        "textures, its late ones shapes and things. What it was trained to answer is cut off, and a new classifier"
        " for your classes is put on top: the head. The parts of a network are in order, input first, head last; "
        "they can be counted as a few stages, some more blocks, or many layers.",
    ),
    (
        "Frozen",
        "A frozen part computes but does not change. That keeps what it knows, saves time and memory, and leaves "
        "less to learn by heart when there are few pictures. In Thaw it is nothing but a rate: each part learns at"
        " the learning rate times a number of its own, and 0 is frozen. The truth meter on Watch measures that "
        "nothing frozen has moved.",
    ),
    (
        "Fine-tuning and thawing",
        "Training more than the head on the new pictures is fine-tuning. At first the head is random and its "
        "errors are large; if everything learns at once, they may undo what the backbone knows. So one may train "
        "the head first, wake one part after another from the top down (gradual thawing), or let early parts learn"
        " more slowly (discriminative rates). A strategy is such a plan: a number for each part in each epoch.",
    ),
    (
        "BatchNorm of frozen parts",
        "BatchNorm layers keep running averages of what they see, and those change without any gradient. A frozen "
        "part whose averages drift is not frozen. So by default they are held (`frozen_norms: hold`); `drift` lets"
        " them follow the new pictures, which may help where those look very different, and is shown as drift on "
        "the truth meter.",
    ),
    (
        "Regularizers",
        "What keeps a network from learning its training pictures by heart: penalties on large weights or on "
        "leaving the start, noise in features, pictures or labels, limits on single steps. Each states its formula"
        " and what it covers. If training accuracy rises while validation falls behind, that is when one asks for "
        "them.",
    ),
    (
        "Training, validation, test",
        "A run learns from the training pictures, chooses its best epoch on the validation pictures, and is judged"
        " on the test pictures, which chose nothing. The best epoch is what is kept and what predicts; the last "
        "one stands beside it, since choosing the best of many on the same pictures flatters.",
    ),
)
