"""What is taken away from Thaw: reports to hand in, and models to use elsewhere."""
