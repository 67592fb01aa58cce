"""Where runs are trained. An engine sees that whatever the record holds as queued gets its turn."""
