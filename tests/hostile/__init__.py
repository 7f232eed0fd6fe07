"""Hostile queries and documents against a live SPARQL endpoint, while ordinary clients keep asking.

From the folder `tests`:  python -m hostile http://127.0.0.1:8000 --pid PID   (and --help)
"""
