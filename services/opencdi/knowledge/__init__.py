"""What the books say: code sets, grouper, weights, analytes, concepts, the compliance linter.  Pure, loaded once."""
