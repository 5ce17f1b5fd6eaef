"""The reference model: the whole model in plain Python, person by person, issue by issue; slow, but readable.

It is the specification of the model: `tests/contract/test_twin.py` compares every column of the engine with
it, day by day. It starts from the community that the engine builds, and then uses only names of the engine
and the numbers of the scenario: no kernel, no rule, no method of a mechanism. Columns that are single
precision in the engine are rounded to single precision here (`arithmetic.single`); everything else is the
same double arithmetic in the same order.

Read the files in this order:

1. `day`: what happens on a day, in order;
2. `world`: what exists: places, people, issues, funds, mechanisms; and `places`: places in places, people in
   homes;
3. `stages`: the stages of an issue and the events in its history; `issues`: what follows from an issue's
   state;
4. `arrivals`: which issues arise, and whom they affect;
5. `reporting`: who sees an issue, and who reports it;
6. `processing`: intake, talks, payment, work, and what the evening brings; `consent`: the collection of
   signatures;
7. `people`: trust, satisfaction, helping, acquaintances, moving house;
8. `resources`: hours and money, who asks for them and who gets them;
9. `mechanism`: what a mechanism is, and how the pulls of all add up; then `mechanisms/NAME`, one file each;
10. `random_numbers` and `arithmetic`: the tools of all others.
"""
