"""What if: virtual changes of what a job needs or of the machine, and what each would do."""
