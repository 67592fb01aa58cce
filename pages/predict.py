"""Predict: what a finished run says about pictures of your own."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Predict", "What a finished run says about pictures of your own."):
    pass
