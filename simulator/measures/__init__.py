"""What is measured: each measure's name, dimension and place in a result document."""
