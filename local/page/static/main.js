// Follows the server's events, and shows them.

import { countAttempt } from "./attempts.js";
import { Card } from "./card.js";
import { byId } from "./dom.js";
import { answerOtherDrops } from "./drops.js";
import { Log } from "./log.js";
import { timeOf, userOf } from "./outcomes.js";
import { noteAttempt, showFailures, showWaiting } from "./faults.js";

const cards = new Map();
const log = new Log();
let start = "";
let retryDelay = 1; // seconds before Lambda's first retry

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
  retryDelay = state.retry_delay;
  log.meet(state.users);
  state.users.forEach((user) => showUser(user, state.samples));
  showFailures(state.failures);
  showWaiting(state.waiting);
  const count = state.users.filter((user) => user.picture).length;
  byId("summary").textContent =
    `s3://${state.bucket} → Authgear project “${state.app_id}”: ${count} of ${state.users.length} users with a picture`;
}

function showRecord(record, isNew) {
  const attempt = countAttempt(record);
  log.add(record, attempt);
  noteAttempt();
  const card = cards.get(userOf(record));
  card?.note(record);
  if (card && isNew) card.hear(record, attempt, retryDelay);
}

function setState(text, isLive) {
  byId("state").textContent = text;
  byId("state").classList.toggle("live", isLive);
}

// Lines from before the page was opened are in the log only, not on the cards.
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

// A browser has six connections to a server for all its tabs. A hidden tab closes its
// connection, and catches up when it is shown again.
function followWhenSeen() {
  events?.close();
  if (!document.hidden) follow();
}

document.addEventListener("visibilitychange", followWhenSeen);
followWhenSeen();
answerOtherDrops();
