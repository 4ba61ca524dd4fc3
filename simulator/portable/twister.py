"""The Mersenne Twister as CPython seeds it with an integer: Jython's `random` gives other numbers.

M. Matsumoto, T. Nishimura, Mersenne Twister, ACM TOMACS 8 (1998), their mt19937ar.c: init_by_array, genrand_res53.
"""

from __future__ import absolute_import, division, unicode_literals

_N, _M = 624, 397
_WORD = 0xFFFFFFFF


class Twister:
    """The sequence of `random.Random(seed).random()`."""

    def __init__(self, seed):
        key, left = [], abs(seed)
        while left or not key:
            key.append(left & _WORD)
            left >>= 32
        self._state = _by_array(key)
        self._at = _N

    def random(self):
        """Return the next number, at least 0 and below 1."""
        high, low = self._word() >> 5, self._word() >> 6
        return (high * 67108864 + low) / 9007199254740992

    def _word(self):
        if self._at == _N:
            self._turn()
        word = self._state[self._at]
        self._at += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9D2C5680
        word ^= (word << 15) & 0xEFC60000
        return word ^ (word >> 18)

    def _turn(self):
        state = self._state
        for at in range(_N):
            mixed = (state[at] & 0x80000000) | (state[(at + 1) % _N] & 0x7FFFFFFF)
            state[at] = state[(at + _M) % _N] ^ (mixed >> 1) ^ (0x9908B0DF if mixed & 1 else 0)
        self._at = 0


def _by_array(key):
    state = [19650218]
    for at in range(1, _N):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + at) & _WORD)
    at, of_key = 1, 0
    for _ in range(max(_N, len(key))):
        before = state[at - 1] ^ (state[at - 1] >> 30)
        state[at] = ((state[at] ^ (before * 1664525)) + key[of_key] + of_key) & _WORD
        at, of_key = at + 1, (of_key + 1) % len(key)
        if at == _N:
            state[0], at = state[-1], 1
    for _ in range(_N - 1):
        before = state[at - 1] ^ (state[at - 1] >> 30)
        state[at] = ((state[at] ^ (before * 1566083941)) - at) & _WORD
        at += 1
        if at == _N:
            state[0], at = state[-1], 1
    state[0] = 0x80000000
    return state
