"""Whether a client, one of the program's or the user's own, does what one has to do: `simulator check-client`."""
