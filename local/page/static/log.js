// The function's log, newest line first, with its filters.

import { byId, make } from "./dom.js";
import { TONES, timeOf, userOf } from "./outcomes.js";
import { makeTimeLine } from "./timeline.js";

const KEPT = 200; // lines

export class Log {
  constructor() {
    this.names = new Map();
    this.attempts = new Map();
    this.user = byId("user-filter");
    this.outcome = byId("outcome-filter");
    this.lines = byId("lines");
    for (const outcome of Object.keys(TONES)) this.outcome.append(make("option", { value: outcome }, outcome));
    for (const filter of [this.user, this.outcome]) filter.addEventListener("change", () => this.filter());
  }

  // Learn who there is.
  meet(users) {
    for (const { id, name } of users) {
      if (!this.names.has(id)) this.user.append(make("option", { value: id }, name));
      this.names.set(id, name);
    }
  }

  add(record) {
    this.lines.prepend(this.makeLine(record));
    while (this.lines.children.length > KEPT) this.lines.lastElementChild.remove();
    this.filter();
  }

  filter() {
    let shown = 0;
    for (const line of this.lines.children) {
      const { user, outcome } = line.dataset;
      line.hidden = Boolean((this.user.value && user !== this.user.value)
        || (this.outcome.value && outcome !== this.outcome.value));
      shown += line.hidden ? 0 : 1;
    }
    const text = this.lines.children.length ? "No line fits the filters." : "No line yet. Drop a picture on somebody.";
    byId("no-lines").textContent = shown ? "" : text;
  }

  makeLine(record) {
    const user = userOf(record);
    const line = make("li", { className: `line ${TONES[record.outcome]}` });
    line.dataset.user = user;
    line.dataset.outcome = record.outcome;
    line.append(
      make("div", { className: "head" },
        make("span", { className: "chip" }, record.outcome),
        make("strong", {}, make("bdi", {}, this.names.get(user) || user || "nobody")),
        ...this.makeAttempt(record),
        make("time", {}, timeOf(record).toLocaleTimeString("en-GB"))),
      make("p", {}, make("code", {}, record.reason), ` ${record.detail}`),
      ...makeTimeLine(record),
      make("details", {}, make("summary", {}, "the whole line"),
        make("pre", {}, JSON.stringify(record, null, 1))));
    return line;
  }

  // An object is tried again as long as it fails.
  makeAttempt({ key, outcome }) {
    const attempt = (this.attempts.get(key) || 0) + 1;
    this.attempts.set(key, outcome === "failed" ? attempt : 0);
    return attempt > 1 ? [make("span", { className: "try" }, `attempt ${attempt}`)] : [];
  }
}
