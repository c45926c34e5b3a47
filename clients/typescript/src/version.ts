// The version of this client, which its calls name in `User-Agent`.

export const VERSION = "0.2.0";
