// The function's log, newest line first, with its filters.

import { byId, make } from "./dom.js";
import { nameAttempt } from "./attempts.js";
import { TONES, timeOf, userOf } from "./outcomes.js";
import { makeTimeLine } from "./timeline.js";

const KEPT = 200; // lines
const NOTHING = "No line yet. Drop a picture on a user.";
// The subject of a line that is not about a user.
const SUBJECTS = { "test-event": "Test of the deployment" };

export class Log {
  constructor() {
    this.names = new Map();
    this.user = byId("user-filter");
    this.outcome = byId("outcome-filter");
    this.lines = byId("lines");
    for (const outcome of Object.keys(TONES)) this.outcome.append(make("option", { value: outcome }, outcome));
    for (const filter of [this.user, this.outcome]) filter.addEventListener("change", () => this.filter());
  }

  // Add new users to the names and to the filter.
  meet(users) {
    for (const { id, name } of users) {
      if (!this.names.has(id)) this.user.append(make("option", { value: id }, name));
      this.names.set(id, name);
    }
  }

  add(record, attempt) {
    this.lines.prepend(this.makeLine(record, attempt));
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
    const text = this.lines.children.length ? "No line fits the filters." : NOTHING;
    byId("no-lines").textContent = shown ? "" : text;
  }

  makeLine(record, attempt) {
    const user = userOf(record);
    const line = make("li", { className: `line ${TONES[record.outcome]}` });
    line.dataset.user = user;
    line.dataset.outcome = record.outcome;
    line.append(
      make("div", { className: "head" },
        make("span", { className: "chip" }, record.outcome),
        make("strong", {}, make("bdi", {}, this.names.get(user) || user || SUBJECTS[record.reason] || "no user")),
        make("span", { className: "try" }, nameAttempt(attempt, record.outcome)),
        make("time", {}, timeOf(record).toLocaleTimeString("en-GB"))),
      make("p", {}, make("code", { className: "reason" }, record.reason), " ",
        make("span", { className: "sentence" }, record.detail)),
      ...makeTimeLine(record),
      make("details", {}, make("summary", {}, "the whole line"),
        make("pre", {}, JSON.stringify(record, null, 1))));
    return line;
  }
}
