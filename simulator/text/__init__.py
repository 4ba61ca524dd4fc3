"""How the program writes numbers, durations, lists and names, wherever it writes them: the same value reads the same.

Numbers have three digits, no exponent, a comma every three digits and, from 100 on, no decimals; below 1 they have
three decimals. What is exact with fewer has fewer (`8`, `0.5`, `500 ms`): it was counted, or somebody wrote it so; what
was measured is `8.00`. Unknown is `–`.

Durations are in ms below 1 s and in s from there on (in µs where a ms has fewer than three digits), sizes in B, kB, MB
or GB of 1,000. In a table the unit stands in the heading, so all of a column are in that one. Times of minutes are told
as on a clock.

Shares are in percent, with a space before the sign and one decimal (`98.5 %`); what is exact without one, or with two,
is written so (`5 %`, `0.25 %`).

Ratios have two decimals, always (`2.00 ×`), from 10 on three digits, below 0.1 two (`0.076 ×`); a ratio within 5 % of 1
has three decimals, as two could hide on which side of 1 it is.

An interval is `1.0 to 1.2` in a sentence and `1.0–1.2` in a table.

What a scenario or an option says is not written by these but by `mockserver.units`, exactly and so that it can be read
back (`40ms`, `3%`).
"""
