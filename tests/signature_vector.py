"""A known answer for Stripe's signature scheme, made by another implementation: OpenSSL.

printf '1533204620.<body>' | openssl dgst -sha256 -hmac webhook_secret
"""

from __future__ import annotations

SECRET = "webhook_secret"
SIGNED_AT = 1_533_204_620_000
BODY = (
    '{"id":"evt_vector","object":"event","api_version":"2017-05-25","type":"customer.created","livemode":false,'
    '"created":1533204620,"data":{"object":{"id":"cus_é","object":"customer"}}}'
).encode()
SIGNATURE = "6fa73d3a29429cadd11cc8e1f7c5c782e2dabf967c9ddd974e59cbfe3cf18065"
HEADER = f"t=1533204620,v1={SIGNATURE},v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
