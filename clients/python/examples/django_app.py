"""Lotbook with Django, views in one file: work that costs what it took, a page to buy on, events that can be trusted.

pip install ./clients/python django; LOTBOOK_URL, LOTBOOK_KEY, LOTBOOK_WEBHOOK_SECRET; in urls.py `urlpatterns += django_app.urlpatterns`.
"""

import os

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lotbook_client import InsufficientCredits, InvalidSignature, Lotbook, verify_webhook

MOST_CREDITS = 8  # what a picture can cost at most
client = Lotbook()  # one for the process: threads share its connections


def draw(prompt: str) -> int:
    """The work: how many credits it took is known at its end."""
    return min(MOST_CREDITS, 1 + len(prompt) // 4)


@require_POST
def picture(request: HttpRequest, account: str) -> JsonResponse:
    prompt = request.POST["prompt"]
    try:
        with client.hold(account, MOST_CREDITS, reference=prompt[:80]) as hold:
            used = draw(prompt)  # when this raises, all credits go back
            left = hold.capture(used)
    except InsufficientCredits as error:
        told = f"A picture needs {error.requested} credits, {error.available} are left."
        return JsonResponse({"detail": told}, status=402)
    return JsonResponse({"used": used, "available": left.available})


@require_POST
def order(request: HttpRequest, account: str) -> JsonResponse:
    ordered = client.create_purchase(account, {"kind": "top_up", "credits": int(request.POST["credits"])})
    return JsonResponse({"send_the_buyer_to": ordered.checkout_url, "total_minor": ordered.total_minor})


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> JsonResponse:
    try:
        event = verify_webhook(request.body, request.headers, os.environ["LOTBOOK_WEBHOOK_SECRET"].split())
    except InvalidSignature:
        return JsonResponse({"detail": "not from Lotbook"}, status=400)
    return JsonResponse({"seen": event.id, "type": event.type})  # it may come again: its id is the same


urlpatterns = [
    path("accounts/<account>/pictures", picture),
    path("accounts/<account>/orders", order),
    path("events", events),
]
