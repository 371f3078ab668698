"""The words of the bedside: times, codes, closed vocabularies.  Standard library only."""
