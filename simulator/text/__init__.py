"""How the program writes numbers, durations, lists and names, wherever it writes them."""
