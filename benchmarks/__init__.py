"""Every performance claim of the documentation, measured beside a peer in the same run.

`python -m benchmarks` runs them all (minutes); each module runs alone too. Figures are medians and percentiles of wall
time on the machine at hand: read ratios, not absolutes.
"""
