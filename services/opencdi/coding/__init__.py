"""What the stay would be coded as today: codes, POA, sequence, DRG."""
