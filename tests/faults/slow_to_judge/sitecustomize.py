"""Makes every worker slow to judge: half a second for each picture that was held out."""

import time

import numpy as np

from core.runs import log
from core.training import attempt
from core.training.predicting import Predictor

answer = Predictor.logits_of
log.SECONDS_BETWEEN_PICTURES = attempt.SIGN_OF_LIFE = 0.2
attempt.PREDICTED_AT_ONCE = 1


def slowly(self: Predictor, canvases: np.ndarray, batch_size: int = 64) -> np.ndarray:
    time.sleep(0.5)
    return answer(self, canvases, batch_size)


Predictor.logits_of = slowly
