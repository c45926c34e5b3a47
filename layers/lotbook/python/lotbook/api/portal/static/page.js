// What is nicer with a script: copying, the live order summary, waiting for a payment. Everything works without it, too.
const LOOKS = 60, EVERY = 3000, PAUSE = 250;
const read = async (address, signal) => {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error", signal });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

const form = document.querySelector("form[data-live]");
const place = document.querySelector("[data-summary]");
if (form && place) {
  let last, timer;
  const update = async () => {
    last?.abort();
    last = new AbortController();
    const asked = new URLSearchParams(new FormData(form));
    asked.set("step", "review");
    try {
      const page = await read(`${form.action}?${asked}`, last.signal);
      const wrong = page.querySelector("form [role=alert]");
      const found = page.querySelector("[data-summary]");
      if (wrong) place.textContent = wrong.textContent;
      else if (found) place.replaceChildren(...found.childNodes);
    } catch (stopped) {
      if (stopped.name !== "AbortError") place.textContent = "The total cannot be shown right now. Go on to see it.";
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE);
  });
}

const look = async (left) => {
  if (!document.querySelector("[data-wait]") || !left) return;
  try {
    const main = (await read(location.href)).querySelector("main");
    const now = (part) => part.querySelector("[data-field=purchase-state]")?.dataset.value;
    const here = document.querySelector("main");
    if (main && now(main) !== now(here)) here.replaceChildren(...main.childNodes);
  } catch { /* the next look tries again */ }
  setTimeout(look, EVERY, left - 1);
};
setTimeout(look, EVERY, LOOKS);
