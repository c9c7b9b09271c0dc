// The result of a user's newest event, at the user's card.

import { make } from "./dom.js";
import { asDay, asTime } from "./objects.js";
import { TONES } from "./outcomes.js";

// The outcome, the reason code and the sentence, apart from each other.
export function makeResult({ outcome, reason, detail }) {
  return [
    make("span", { className: `chip ${TONES[outcome]}` }, outcome), " ",
    make("code", { className: "reason" }, reason), " ",
    make("span", { className: "sentence" }, detail),
  ];
}

// One invocation writes a line for its own object and, if that object cannot be the
// picture, another line for the older object whose picture is shown again.
export function isReturn(record, previous) {
  return record.outcome === "synced" && record.key !== previous?.key
    && record.function_request_id === previous?.function_request_id
    && ["rejected", "ignored"].includes(previous.outcome);
}

export function sayReturn({ key }, objects) {
  const object = objects.find((it) => it.key === key);
  if (!object) return "An older picture is back.";
  const modified = new Date(object.modified);
  return `The picture of ${asDay(modified)}, ${asTime(modified)} is back.`;
}
