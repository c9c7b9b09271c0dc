// Follows the server's events and shows what they tell.

import { Card } from "./card.js";
import { byId } from "./dom.js";
import { Log } from "./log.js";
import { timeOf, userOf } from "./outcomes.js";
import { showFailures, showWaiting } from "./faults.js";

const cards = new Map();
const log = new Log();
let start = "";

function showUser(user, samples) {
  const card = cards.get(user.id);
  if (card) {
    card.update(user);
    return;
  }
  const made = new Card(user, samples);
  cards.set(user.id, made);
  byId("users").append(made.element);
}

function showState(state) {
  if (start && start !== state.start) {
    location.reload(); // another run of the system: nothing shown is true any more
    return;
  }
  start = state.start;
  log.meet(state.users);
  state.users.forEach((user) => showUser(user, state.samples));
  showFailures(state.failures);
  showWaiting(state.waiting);
  const count = state.users.filter((user) => user.picture).length;
  byId("summary").textContent =
    `s3://${state.bucket} → Authgear project “${state.app_id}”: ${count} of ${state.users.length} users with a picture`;
}

function showRecord(record, isNew) {
  log.add(record);
  const card = cards.get(userOf(record));
  if (card && isNew) card.hear(record);
}

function setState(text, isLive) {
  byId("state").textContent = text;
  byId("state").classList.toggle("live", isLive);
}

// What was written before the page was opened is not told once more at the user's card.
const opened = Date.now();
const isNew = (record) => timeOf(record).valueOf() >= opened;

let events = null;
let lastId = "";

function follow() {
  events = new EventSource(`/events?after=${lastId}`);
  events.addEventListener("open", () => setState("Live", true));
  events.addEventListener("error", () => setState("Not connected, trying again", false));
  events.addEventListener("state", ({ data }) => showState(JSON.parse(data)));
  events.addEventListener("record", ({ data, lastEventId }) => {
    lastId = lastEventId;
    const record = JSON.parse(data);
    showRecord(record, isNew(record));
  });
}

// A browser has six connections to a server for all its tabs: those not looked at give
// theirs back, and catch up later.
function followWhenSeen() {
  events?.close();
  if (!document.hidden) follow();
}

document.addEventListener("visibilitychange", followWhenSeen);
followWhenSeen();
// A file that misses its user must not replace the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => event.preventDefault());
}
