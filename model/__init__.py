"""A model of the risk that a subject discontinues: training, artefact, card, and the code that answers requests.

The model is data: a logistic regression whose coefficients, ranges and calibration are JSON. `docs/model.md` describes it.
"""
