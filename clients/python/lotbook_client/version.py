"""The version of this client, which its calls name in `User-Agent`."""

VERSION = "0.2.0"
