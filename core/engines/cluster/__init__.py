"""Runs trained by the nodes of a Ray cluster: a keeper on the serving machine hands them out and writes for them."""
