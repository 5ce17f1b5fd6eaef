"""The rules and numbers of the reference workload, which is programmed three times and gives the same totals.

Programs: `workload.c`, in C; `columns.py`, in compiled columns as the engine; `agents.py`, in Mesa agents.

Place. A building has 100 residents, an estate ten buildings. Residents are numbered from 0, building by
building; their number is a multiple of 1,000. Days are numbered from 0.

Random numbers. The draw of a resident for one purpose on one day is the 64 bits
`derive_key(key_of(seed, purpose, day), resident)` of engine/randomness.py; its uniform number is its upper 53
bits, divided by 2**53.

Beginning. The satisfaction of a resident is its uniform number for START on day 0; no fault is waiting.

A day has four steps, each for all residents or estates in the order of their numbers:

1. Notice and report. A resident whose uniform number for NOTICE is below NOTICE_RATE, and of whom no fault is
   waiting, notices a fault. If its uniform number for REPORT is below its satisfaction, it reports the fault,
   which joins the end of the queue of the estate; otherwise the fault is forgotten.
2. Work. The crew of an estate resolves the first CREW faults of its queue, or all if there are fewer. The
   reporter's satisfaction s becomes s + THANKS * (1 - s). A fault has waited as many days as have passed
   since the day of its report.
3. Meet. A resident meets four residents of its building, who may be the same one or itself: for each of the
   four 16-bit parts of its draw for MEET, the lowest first, the one in place part * 100 // 65536. Its
   satisfaction s becomes s + MOVE * (m - s) - WEAR * waiting * s, where m is the mean of the four
   satisfactions, all as they were after step 2, and waiting the number of faults in the queue of the estate.
4. Count the totals of the day: faults noticed, reported and resolved; days that those resolved have waited;
   faults in the queues; and the sum over residents of their satisfaction in millionths, each rounded down.

Sums and products are of 64-bit floats, evaluated from left to right and rounded after each step, so that the
totals, which are whole numbers, are equal in all programs.
"""

RESIDENTS, BUILDINGS = 100, 10  # residents of a building, buildings of an estate
ESTATE = RESIDENTS * BUILDINGS  # residents of an estate
START, NOTICE, REPORT, MEET = 1, 2, 3, 4  # purposes of random numbers
NOTICE_RATE = 0.008  # chance of noticing a fault, per day
CREW = 3  # faults that the crew of an estate resolves, per day
THANKS = 0.25  # share of the missing satisfaction that a reporter gains
MEETINGS = 4  # per resident and day; as many as a draw has 16-bit parts
MOVE = 0.1  # share of the distance to the mean of those met, per day
WEAR = 0.00002  # share of satisfaction lost, per day and waiting fault
TOTALS = ("noticed", "reported", "resolved", "waited", "waiting", "satisfaction")  # columns of the totals
