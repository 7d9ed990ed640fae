"""What a worker and its child process say to each other.

Frames on both pipes: one byte for the kind, the payload's length, the payload. A request is a name
and the file's bytes; the answer is any number of signs of life, then a result or an error.
"""

import struct

HEADER = struct.Struct("!cQ")
FILE, TABLE, DATA = b"f", b"t", b"d"  # a name to be read whole or as rows, and its bytes
KINDS = SIGN, RESULT, REFUSED, NO_MEMORY = b"s", b"r", b"e", b"m"  # of answers
MOST_ANSWER = 32 << 20  # bytes; the parent must hold what they become
