"""A recommender platform written as a graph of cached gokart tasks."""
