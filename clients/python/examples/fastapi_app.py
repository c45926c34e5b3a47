"""Lotbook with FastAPI: work that costs what it took, a page to buy on, events that can be trusted.

pip install ./clients/python fastapi uvicorn; then LOTBOOK_URL, LOTBOOK_KEY, LOTBOOK_WEBHOOK_SECRET, and `uvicorn fastapi_app:app`.
"""

import os

from fastapi import FastAPI, HTTPException, Request

from lotbook_client import AsyncLotbook, InsufficientCredits, InvalidSignature, verify_webhook

MOST_CREDITS = 8  # what a picture can cost at most
app, client = FastAPI(), AsyncLotbook()


async def draw(prompt: str) -> int:
    """The work: how many credits it took is known at its end."""
    return min(MOST_CREDITS, 1 + len(prompt) // 4)


@app.post("/accounts/{account}/pictures")
async def picture(account: str, prompt: str) -> dict[str, object]:
    try:
        async with client.hold(account, MOST_CREDITS, reference=prompt[:80]) as hold:
            used = await draw(prompt)  # when this raises, all credits go back
            left = await hold.capture(used)
    except InsufficientCredits as error:
        raise HTTPException(402, f"A picture needs {error.requested} credits, {error.available} are left.") from error
    return {"used": used, "available": left.available}


@app.post("/accounts/{account}/orders")
async def order(account: str, credits: int) -> dict[str, object]:
    ordered = await client.create_purchase(account, {"kind": "top_up", "credits": credits})
    return {"send_the_buyer_to": ordered.checkout_url, "total_minor": ordered.total_minor}


@app.post("/events")
async def events(request: Request) -> dict[str, str]:
    try:
        secrets = os.environ["LOTBOOK_WEBHOOK_SECRET"].split()  # two while one replaces the other
        event = verify_webhook(await request.body(), request.headers, secrets)
    except InvalidSignature as error:
        raise HTTPException(400, "not from Lotbook") from error
    return {"seen": event.id, "type": event.type}  # the same event may come again: its id is the same
