"""The published weights: which files they are, how one is fetched, and how it is checked."""
