"""Published experiments, replayed: begun as one sweep, and each claim judged by what its members' runs have come to."""
