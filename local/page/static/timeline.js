// The duration of each step of a run, as a bar and in words.

import { make } from "./dom.js";

const KINDS = {
  list: "s3", read_tag: "s3", download: "s3", write_tag: "s3",
  picture: "make", faces: "make",
  find: "authgear", presign: "authgear", read: "authgear", verify: "authgear", mark: "authgear",
  upload: "write", update: "write",
};

// Steps that run beside the picture: the bar shows only the time that they add to it.
const ASIDE = { presign: " meanwhile", faces: " within picture" };

const asTime = (ms) => (ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

export function makeTimeLine(record) {
  const steps = Object.keys(record)
    .filter((name) => name.endsWith("_ms") && name !== "total_ms")
    .map((name) => ({ name: name.slice(0, -3), ms: record[name] }));
  if (!steps.length) return [];
  const inTurn = steps.map(({ name, ms }) =>
    ({ name, ms: name in ASIDE ? Math.max(0, ms - (record.picture_ms || 0)) : ms }));
  const spent = inTurn.reduce((sum, { ms }) => sum + ms, 0);
  const bar = make("div", { className: "bar", "aria-hidden": "true" });
  for (const { name, ms } of [...inTurn, { name: "other", ms: Math.max(0, record.total_ms - spent) }]) {
    const part = make("i", { className: KINDS[name] || "other", title: `${name} ${asTime(ms)}` });
    part.style.flexGrow = String(ms);
    bar.append(part);
  }
  const items = steps.map(({ name, ms }) =>
    make("li", { className: KINDS[name] || "other" }, `${name} ${asTime(ms)}${ASIDE[name] || ""}`));
  items.push(make("li", { className: "total" }, `in all ${asTime(record.total_ms)}`));
  return [bar, make("ol", { className: "steps", "aria-label": "Time of each step" }, ...items)];
}
