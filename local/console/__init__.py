"""The console at `/` of the local run: accounts, clock, schedules, the gateway's stand-in, mails, events, and the calls of every click."""
