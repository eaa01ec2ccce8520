"""Tests of jobs/. Their tables are made here; no subject is real."""
