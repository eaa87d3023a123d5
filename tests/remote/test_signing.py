"""Signatures are those of the standard, whatever letters key and message have."""

from promoter.remote.signing import hmac_sha256


def test_it_is_the_standard_one() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256("Jefe", b"what do ya want for nothing?") == expected  # RFC 4231 §4.3


def test_a_key_counts_by_its_utf8_bytes() -> None:
    expected = "d4f1a3262d353479d50d790c6c796df788aedd982470b098e827de40ab5a4946"  # by openssl
    assert hmac_sha256("muối", "hạt".encode()) == expected
