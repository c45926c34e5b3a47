"""The Stripe client: bounded time and retries, a pinned API version, and errors as our own outcomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import stripe

from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.values.errors import AmountNotChargeable, BrokenInvariant, CardDeclined, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.adapters.secrets import SsmSecrets
    from lotbook.domain.sales.gateway import Deployment

API_VERSION = "2026-10-28.endive"
NETWORK_RETRIES = 2  # the client's own default is none
# Connect and read, in seconds; the library's default is 80. Three tries with their pauses end within 25 seconds.
TIMEOUT_SECONDS = (2.0, 5.5)
AMOUNT_CODES = frozenset({"amount_too_small", "amount_too_large"})
MISSING = "resource_missing"
CUSTOMER_PARAMS = frozenset({"customer", "id"})  # where a request names its customer: as a parameter, or in the path
UNCERTAIN_CODES = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})

KEY = re.compile(r"(?:sk|rk)_(live|test)_[!-~]+\Z")

Answer = TypeVar("Answer")


class WrongGatewayKey(Unavailable):
    """The gateway's key is of the other mode than the deployment, or none at all. Nothing was asked; an alarm tells."""


def mode_of(key: str) -> str | None:
    """`live` or `test`; None for what is no secret or restricted key of Stripe's."""
    found = KEY.match(key)
    return found and found[1]


class StripeCalls:
    """Runs calls against a client that follows the key in the secret store.

    `ring` is called where that key is not one of the deployment's mode, also by those who go on without the gateway.
    """

    def __init__(
        self,
        secrets: SsmSecrets,
        key_parameter: str,
        deployment: Deployment,
        api_base: str | None,
        http_client: stripe.HTTPClient | None = None,
    ) -> None:
        self._secrets = secrets
        self._key_parameter = key_parameter
        self._deployment = deployment
        self._addresses: dict[str, str] = {"api": api_base} if api_base else {}
        self._http = http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
        self._client: tuple[str, stripe.StripeClient] | None = None
        self.ring: Callable[[], None] = lambda: None

    def call(self, ask: Callable[[stripe.StripeClient], Answer]) -> Answer:
        """The answer of one call. A key that Stripe refuses is read anew, once: it may have been rotated.

        Raises Unavailable (time-outs, limits, 5xx, a refused key, WrongGatewayKey), CardDeclined, AmountNotChargeable, BrokenInvariant (a
        request that Stripe calls invalid is a defect of ours). What is no error in its place is caught inside `ask`.
        """
        key = self._secrets.read(self._key_parameter)
        try:
            return self._try(ask, key)
        except stripe.AuthenticationError as error:
            newer = self._secrets.read_again(self._key_parameter)
            if newer == key:
                raise Unavailable("The payment gateway refuses the key.") from error
        try:
            return self._try(ask, newer)
        except stripe.AuthenticationError as error:
            raise Unavailable("The payment gateway refuses the key.") from error

    def call_for(self, customer: str, ask: Callable[[stripe.StripeClient], Answer]) -> Answer:
        """As `call`, for a request that is about this customer. Raises CustomerGone, too, where Stripe has it not any more."""

        def asked(client: stripe.StripeClient) -> Answer:
            try:
                return ask(client)
            except stripe.InvalidRequestError as error:
                if error.code == MISSING and error.param in CUSTOMER_PARAMS:
                    raise CustomerGone(customer) from error
                raise

        return self.call(asked)

    def _try(self, ask: Callable[[stripe.StripeClient], Answer], key: str) -> Answer:
        try:
            return ask(self._with(key))
        except stripe.AuthenticationError:
            raise
        except stripe.InvalidRequestError as error:
            if error.code in AMOUNT_CODES:
                raise AmountNotChargeable from error
            if error.code in UNCERTAIN_CODES:
                raise Unavailable("The payment gateway is busy.") from error
            raise BrokenInvariant(f"the gateway calls a request invalid: {error.code} {error.param}") from error
        except stripe.CardError as error:
            raise CardDeclined(reason=error.code) from error
        except (stripe.IdempotencyError, stripe.PermissionError) as error:
            raise BrokenInvariant(f"the gateway refuses a request: {type(error).__name__}") from error
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
            raise Unavailable("The payment gateway does not answer.") from error

    def _with(self, key: str) -> stripe.StripeClient:
        if self._client is None or self._client[0] != key:
            self._client = key, self._open(key)
        return self._client[1]

    def _open(self, key: str) -> stripe.StripeClient:
        """Raises WrongGatewayKey for a key of the other mode: a test deployment never moves money, a live one always does."""
        if mode_of(key) != self._deployment.mode:
            self.ring()
            raise WrongGatewayKey(f"The payment gateway's key is not one of mode {self._deployment.mode}.")
        return stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            max_network_retries=NETWORK_RETRIES,
            http_client=self._http,
            base_addresses=self._addresses,  # type: ignore[arg-type]  # a TypedDict of optional names
        )
