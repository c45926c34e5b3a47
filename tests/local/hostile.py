"""An environment as a developer's machine may have it: everything in it would lead a command astray that believed it."""

from __future__ import annotations

from pathlib import Path

NOBODY = "http://127.0.0.1:9"  # the discard port: whoever asks here learns nothing
PROFILE = """
[profile prod]
region = eu-north-1
endpoint_url = http://127.0.0.1:9
"""
AWS = {
    "AWS_PROFILE": "prod",
    "AWS_DEFAULT_PROFILE": "prod",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "of-another-account",
    "AWS_REGION": "eu-north-1",
    "AWS_ENDPOINT_URL": NOBODY,
    "AWS_ENDPOINT_URL_DYNAMODB": NOBODY,
    "AWS_ENDPOINT_URL_SSM": NOBODY,
    "AWS_ENDPOINT_URL_EVENTBRIDGE": NOBODY,
    "AWS_ENDPOINT_URL_SQS": NOBODY,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_CA_BUNDLE": "/nonexistent/bundle.pem",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_MAX_ATTEMPTS": "many",
}
PROXIES = {
    "HTTP_PROXY": NOBODY,
    "http_proxy": NOBODY,
    "HTTPS_PROXY": NOBODY,
    "ALL_PROXY": NOBODY,
    "NO_PROXY": "intranet.example",
}
OF_OTHER_ENGINES = {"SERVICES": "lambda", "DEBUG": "1", "PERSIST_STATE": "0", "USE_SSL": "1", "AUTH": "true"}


def environment(folder: Path) -> dict[str, str]:
    """All of it, with a configuration file in `folder`."""
    config = folder / "aws-config"
    config.write_text(PROFILE)
    return {**AWS, **PROXIES, **OF_OTHER_ENGINES, "AWS_CONFIG_FILE": str(config)}
