"""The features, one module for each family. Each takes the rows of its domain that jobs.windows let through."""
