"""Keys for tests: made once a run, because making one takes a moment."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@cache
def key(whose: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private_pem(whose: str) -> str:
    kind, form = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    return key(whose).private_bytes(form, kind, serialization.NoEncryption()).decode()


def public_pem(whose: str) -> str:
    kind, form = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
    return key(whose).public_key().public_bytes(form, kind).decode()


def signed(text: str, whose: str) -> str:
    made = key(whose).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(made).decode()


def is_signed(text: str, signature: str, whose: str) -> bool:
    try:
        told = base64.b64decode(signature)
        key(whose).public_key().verify(told, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
