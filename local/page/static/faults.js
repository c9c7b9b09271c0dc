// The simulated failures of Authgear, and what waits because of them.

import { byId, make, post, say } from "./dom.js";

const shown = new Map();

function makeSwitch({ name, title, hint }) {
  const button = make("button", {
    type: "button", className: "switch", role: "switch", "aria-checked": "false",
  });
  const hintId = `hint-${name}`;
  button.append(
    make("span", { className: "track", "aria-hidden": "true" }),
    make("span", { className: "title", id: `title-${name}` }, title),
    make("span", { className: "hint", id: hintId }, hint));
  button.setAttribute("aria-labelledby", `title-${name}`);
  button.setAttribute("aria-describedby", hintId);
  button.addEventListener("click", () =>
    post(`/simulated-failures/${name}`, { on: button.getAttribute("aria-checked") !== "true" })
      .catch((error) => say(error.message)));
  byId("failures").append(button);
  return button;
}

export function showFailures(failures) {
  for (const it of failures) {
    if (!shown.has(it.name)) shown.set(it.name, makeSwitch(it));
    shown.get(it.name).setAttribute("aria-checked", String(it.on));
  }
}

let waiting = 0;
let isSending = false; // while the queue is emptied and filled again
let isDelivered = false; // since then, no attempt has ended

export function showWaiting(count) {
  if (isSending) return;
  const text = count === 1
    ? "1 event failed three times and waits in the retry queue."
    : `${count} events failed three times and wait in the retry queue.`;
  if (count > waiting) say(text);
  waiting = count;
  byId("waiting-text").textContent = isDelivered ? `${text} Delivered again: the attempt is running.` : text;
  // Focus must not stay on a button that is hidden.
  if (count === 0 && byId("waiting").contains(document.activeElement)) byId("log-title").focus();
  byId("waiting").hidden = count === 0;
}

export function noteAttempt() {
  isDelivered = false;
  if (waiting) showWaiting(waiting);
}

byId("deliver").addEventListener("click", async () => {
  isSending = true;
  isDelivered = true;
  await post("/failures/deliver").catch((error) => {
    isDelivered = false;
    say(error.message);
  });
  isSending = false;
  showWaiting(waiting);
});
