"""Analyse a cluster-randomised trial as its statistician would: a mixed model of cells.

A cell is a cluster in a period; its value is a mean over its issues. The model has an effect of each period,
one effect of treatment, and a random effect of each cluster (Hussey & Hughes 2007), fitted by restricted
maximum likelihood. With few clusters the normal distribution is too narrow for its test; Student's with as
many degrees of freedom as clusters, less two, is used instead ("between-within": Li & Redden 2015). Cells
count equally.
"""

import warnings
from types import ModuleType
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from ...engine.texts.errors import UserError


class TrialEstimate(NamedTuple):
    """What a trial says: NaN throughout if its model cannot be fitted."""

    effect: float
    error: float  # standard error
    freedom: float  # degrees of freedom of its test
    p: float  # two-sided

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the ends of the confidence interval."""
        reach = stdtrit(self.freedom, 0.5 + level / 2.0) * self.error
        return self.effect - reach, self.effect + reach


FAILED = TrialEstimate(np.nan, np.nan, np.nan, np.nan)


def mixed_model() -> ModuleType:
    """Import the mixed models of statsmodels. Raises UserError if it is not installed."""
    try:
        from statsmodels.regression import mixed_linear_model
    except ImportError:
        raise UserError(
            "statsmodels, whose mixed model analyses a trial, is not installed; install it with: "
            "pip install 'cogov[trial]'"
        ) from None
    return mixed_linear_model


def analyse_cells(values: np.ndarray, treated: np.ndarray) -> TrialEstimate:
    """Analyse cells (clusters, periods) of which some are `treated` (clusters, periods) bool.

    NaN cells are left out. FAILED if fewer than three clusters have a value, if all or no cells are treated,
    or if the fit has no standard error.
    """
    module = mixed_model()
    known = np.isfinite(values)
    clusters, periods = np.nonzero(known)
    here = np.unique(periods)
    design = np.column_stack([treated[known], *(periods == period for period in here)]).astype(float)
    freedom = len(np.unique(clusters)) - 2.0
    if freedom < 1.0 or np.linalg.matrix_rank(design) < design.shape[1] or not np.ptp(values[known]) > 0.0:
        return FAILED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a random effect of no variance is an answer, too
        try:
            fit = module.MixedLM(values[known], design, clusters).fit(reml=True)
            effect, error = float(fit.fe_params[0]), float(fit.bse_fe[0])
        except (np.linalg.LinAlgError, ValueError):
            return FAILED
    if not np.isfinite(error) or error <= 0.0:
        return FAILED
    return TrialEstimate(effect, error, freedom, 2.0 * float(stdtr(freedom, -abs(effect) / error)))


def power_of(effect: np.ndarray, error: np.ndarray, freedom: np.ndarray, alpha: float = 0.05) -> np.ndarray:
    """Return the chance that a trial with this standard error finds an effect, with the right sign.

    The arrays are broadcast. The noncentral distribution is approximated by a shifted one.
    """
    return stdtr(freedom, np.abs(effect) / error - stdtrit(freedom, 1.0 - alpha / 2.0))
