"""Numpy arrays to Arrow columns: text from a vocabulary, ids, times, days, money."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample.dice import Bools, Ints

DAY = 86_400
NEVER = 2**40  # a time that does not come: written as an empty value

BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
ID_SPACE = 62**5
ID_STEP = 3**18  # odd and no multiple of 31, so numbers are shuffled without collision

ID_PREFIX = {
    "account": b"001",
    "contact": b"003",
    "lead": b"00Q",
    "user": b"005",
    "queue": b"00G",
    "opportunity": b"006",
    "line_item": b"00k",
    "contact_role": b"00K",
    "campaign": b"701",
    "campaign_member": b"00v",
    "task": b"00T",
    "event": b"00U",
    "lead_change": b"017",
    "opportunity_change": b"008",
    "conversion_rate": b"04w",
}


def sf_ids(kind: str, numbers: Ints) -> Any:
    """Return 18-character Salesforce ids of the numbers; a negative number is no id."""
    count = len(numbers)
    body = (np.maximum(numbers, 0) * ID_STEP + 20_011) % ID_SPACE
    letters = np.empty((count, 18), dtype=np.uint8)
    letters[:, :10] = np.frombuffer(ID_PREFIX[kind] + b"5f0000K", dtype=np.uint8)
    digits = np.frombuffer(BASE62, dtype=np.uint8)
    for place in range(14, 9, -1):
        letters[:, place] = digits[body % 62]
        body //= 62
    letters[:, 15:] = id_checksum(letters[:, :15])
    return fixed_text(letters, numbers < 0)


def long_ids(ids: Any) -> Any:
    """Return record ids in their 18 characters; what is not of 15 characters stays as it is."""
    short = np.asarray(pc.equal(pc.utf8_length(ids), 15).fill_null(False).to_numpy(False))
    if not short.any():
        return ids
    texts = ids.filter(pa.array(short))
    letters = np.array(texts.to_pylist(), dtype="S15").view(np.uint8).reshape(-1, 15)
    return replace(ids, short, join(texts, fixed_text(id_checksum(letters))))


def id_checksum(letters: Any) -> Any:
    """Return the three characters that make a 15-character id safe to compare without case.

    Each stands for five characters: bit i is set when the i-th of them is upper case.
    """
    upper = (letters >= ord("A")) & (letters <= ord("Z"))
    bits = upper.reshape(-1, 3, 5) @ np.array([1, 2, 4, 8, 16], dtype=np.int64)
    return np.frombuffer(CHECKSUM_LETTERS, dtype=np.uint8)[bits]


def fixed_text(letters: Any, missing: Bools | None = None) -> Any:
    """Return a text column of a matrix of ASCII codes, all rows of one width."""
    count, width = letters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    column = pa.Array.from_buffers(pa.large_string(), count, buffers).cast(pa.string())
    return column if missing is None or not missing.any() else blank(column, missing)


def text(words: Sequence[str | None], codes: Ints) -> Any:
    """Return the words at the positions; a negative position is no value."""
    vocabulary = pa.array(list(words), type=pa.string())
    return vocabulary.take(pa.array(np.maximum(codes, 0), mask=codes < 0))


def constant(word: str | None, count: int) -> Any:
    """Return a text column of one word."""
    return text([word], np.zeros(count, dtype=np.int64))


def numbered(prefix: str, numbers: Ints, suffix: str = "") -> Any:
    """Return prefix and number as text; a negative number is no value."""
    digits = pa.array(np.maximum(numbers, 0)).cast(pa.string())
    column = pc.binary_join_element_wise(prefix, digits, suffix, "")
    return blank(column, numbers < 0) if (numbers < 0).any() else column


def join(*parts: Any) -> Any:
    """Return the parts (columns or words) joined without a gap; an empty part gives no value."""
    return pc.binary_join_element_wise(*parts, "")


def join_present(*parts: Any) -> Any:
    """Return the parts joined without a gap, leaving out empty ones."""
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def blank(column: Any, where: Bools) -> Any:
    """Return the column with no value where told."""
    return pc.if_else(pa.array(where), pa.scalar(None, type=column.type), column)


def replace(column: Any, where: Bools, values: Any) -> Any:
    """Return the column with the values (as many as rows are marked, or one) where told."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.replace_with_mask(column, pa.array(where), values)


def stamps(seconds: Ints) -> Any:
    """Return timestamps; negative and NEVER are no value."""
    missing = (seconds < 0) | (seconds >= NEVER)
    return pa.array(seconds, mask=missing).cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def days(seconds: Ints) -> Any:
    """Return the dates of times; negative and NEVER are no value."""
    missing = (seconds < 0) | (seconds >= NEVER)
    return pa.array((seconds // DAY).astype(np.int32), mask=missing).cast(pa.date32())


def decimals(units: Ints, digits: int, missing: Bools | None = None, scale: int = 4) -> Any:
    """Return decimal(18, scale) of whole numbers of 10^-digits."""
    words = np.empty((len(units), 2), dtype=np.int64)
    words[:, 0] = units * 10 ** (scale - digits)
    words[:, 1] = words[:, 0] >> 63
    buffers = [None, pa.py_buffer(words)]
    column = pa.Array.from_buffers(pa.decimal128(18, scale), len(units), buffers)
    return column if missing is None else blank(column, missing)


def whole(numbers: Ints, missing: Bools | None = None) -> Any:
    """Return whole numbers."""
    return pa.array(numbers, type=pa.int64(), mask=missing)


def truth(values: Bools) -> Any:
    """Return true or false."""
    return pa.array(values, type=pa.bool_())
