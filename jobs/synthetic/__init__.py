"""A synthetic trial: SDTM tables of people who do not exist, with what real tables have.

    python -m jobs.synthetic --out out/tables --seed 1

The figures follow publications (subjects.py names them); nothing else about the trial is true. It shows the way from tables to an alert and
proves nothing about a model.
"""
