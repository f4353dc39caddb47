"""The calls to Basware, against scripted answers, byte by byte."""
