"""The apstream command line."""
