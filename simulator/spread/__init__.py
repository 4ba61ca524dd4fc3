"""One run spread over machines that are alike: each combination is measured whole on one of them."""
