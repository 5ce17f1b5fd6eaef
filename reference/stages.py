"""Number the stages of an issue, the events of its history and the desks, as in the engine's issue table."""

UNKNOWN, REPORTED, TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, VERIFIED, WITHDRAWN, LAPSED = range(11)
(
    AROSE,
    WAS_REPORTED,
    REPORTED_AGAIN,
    TAKEN,
    AGREED,
    CONSENTED,
    PAID,
    ANSWERED,
    ON_THE_SPOT,
    DONE,
    CHECKED,
    REOPENED,
    FORGOTTEN,
    GAVE_UP,
    CEASED,
    LEFT,
    FAILED,
) = range(17)

# Desks: who has taken an issue in. The first two also number a resident's trust in the committee and in the
# company.
COMMITTEE, COMPANY, DEPARTMENT, NO_DESK = range(4)
