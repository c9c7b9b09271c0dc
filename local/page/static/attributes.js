// A user's attributes: what they were when the page first saw them, and what changed.

import { make } from "./dom.js";

// The attributes that change when a picture is set.
const MEANT = new Set(["picture", "updated_at"]);

const asText = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

// Return a text that is the same for objects with the same fields in any order.
function canonical(value) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return JSON.stringify(names.map((name) => [name, canonical(value[name])]));
}

export function compare(before, now) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.map((name) => {
    const changed = canonical(before[name]) !== canonical(now[name]);
    return { name, value: now[name], changed, meant: MEANT.has(name) };
  });
}

function makeSummary(rows) {
  const others = rows.filter((row) => !row.meant);
  const lost = others.filter((row) => row.changed).map((row) => row.name);
  const picture = rows.find((row) => row.name === "picture");
  if (lost.length) return [`Also changed: ${lost.join(", ")}`];
  if (!picture || !picture.changed) return [others.length === 1 ? "1 other attribute" : `${others.length} other attributes`];
  return ["Only ", make("b", {}, "picture"), ` changed; ${others.length} others as before`];
}

function makeRow({ name, value, changed, meant }) {
  const className = !changed ? "" : meant ? "new" : "lost";
  const text = value === undefined ? "(gone)" : asText(value);
  return [make("dt", { className }, name), make("dd", { className }, text)];
}

export function showAttributes(details, before, now) {
  const rows = compare(before, now);
  details.querySelector("summary").replaceChildren(...makeSummary(rows));
  details.querySelector("dl").replaceChildren(...rows.flatMap(makeRow));
}
