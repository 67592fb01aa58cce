"""The other ways to learn, beside a network trained by gradient descent: each a generator of the same events."""
