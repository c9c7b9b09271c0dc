// The card of a user. The page updates it in place, so that the focus stays where it is.

import { ATTEMPTS, WAITS, sayNext } from "./attempts.js";
import { showAttributes } from "./attributes.js";
import { putFile, putSample } from "./bucket.js";
import { make, post, say } from "./dom.js";
import { readDrop } from "./drops.js";
import { asDay, showObjects } from "./objects.js";
import { TONES } from "./outcomes.js";
import { FileQueue } from "./queue.js";
import { isReturn, makeResult, sayReturn } from "./told.js";
import { makeViews } from "./views.js";

const HIGHLIGHT = 2500; // milliseconds
const PATIENCE = 30_000; // milliseconds to wait for the result of a file
const NAMED = 3; // files that were not sent
const BUTTONS = [
  ["repeat", "Same event again"],
  ["shuffle", "Events out of order"],
  ["delete", "Delete the object"],
];

export class Card {
  constructor(user, samples) {
    this.user = user;
    this.before = user.attributes;
    this.heard = [];
    this.rejections = new Map();
    this.views = make("div", { className: "views" });
    this.told = make("p", { className: "told", hidden: true });
    this.next = make("p", { className: "next", hidden: true });
    this.objects = make("ul");
    this.attributes = make("details", { className: "attributes" }, make("summary"), make("dl"));
    this.queue = new FileQueue((file) => this.put(file), (...sent) => this.finish(...sent));
    const title = make("h3", { id: `name-${user.id}` }, make("bdi", {}, user.name));
    this.who = make("p", { className: "who" });
    const heading = make("div", {}, title, this.who, make("p", { className: "mono" }, user.id));
    this.article = make("article", { className: "card", "aria-labelledby": title.id },
      heading, this.views, this.told, this.next, this.queue.element,
      make("div", { className: "objects" }, make("h4", {}, "In the bucket"), this.objects),
      this.attributes, this.makeDrop(), this.makeSamples(samples), this.makeButtons());
    this.element = make("li", {}, this.article);
    this.acceptDrops();
    this.show();
    this.next.textContent = user.waiting ? WAITS : "";
    this.next.hidden = !user.waiting;
  }

  makeDrop() {
    const input = make("input", {
      type: "file", accept: "image/*,.heic,.avif", multiple: true,
      "aria-label": `Put pictures into the bucket for ${this.user.name}`,
    });
    input.addEventListener("change", () => {
      this.queue.add([...input.files]);
      input.value = "";
    });
    return make("div", { className: "drop" },
      "Drop pictures here, or ", make("b", {}, "choose files"), input);
  }

  makeSamples(samples) {
    const buttons = samples.map(({ name, title, is_picture }) => {
      const button = make("button", { type: "button", className: "sample" }, title);
      if (is_picture) button.prepend(make("img", { src: `/samples/${name}`, alt: "", loading: "lazy" }));
      button.addEventListener("click", () => this.act(() => putSample(this.user.id, name)));
      return button;
    });
    return make("details", { className: "samples" },
      make("summary", {}, "or take one of ours, good or bad"), make("div", {}, ...buttons));
  }

  makeButtons() {
    const buttons = BUTTONS.map(([action, title]) => {
      const button = make("button", { type: "button" }, title);
      button.addEventListener("click", () =>
        this.act(() => post(`/users/${this.user.id}/${action}`)));
      return button;
    });
    const name = `What may happen to ${this.user.name}'s object`;
    return make("div", { className: "buttons", role: "group", "aria-label": name }, ...buttons);
  }

  acceptDrops() {
    const over = (isOver) => this.article.classList.toggle("over", isOver);
    this.article.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    this.article.addEventListener("dragleave", () => over(false));
    this.article.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const { files, problem } = readDrop(event.dataTransfer);
      if (problem) this.tell(problem, "warn");
      else this.queue.add(files);
    });
  }

  // Run an action after which the function writes a line.
  async act(action) {
    this.tell("On its way to the function …", "none");
    await action().catch((error) => this.tell(error.message, "warn"));
  }

  // Put one file of the queue into the bucket, and wait for its result.
  async put(file) {
    const start = this.heard.length;
    this.tell(`${file.name} is on its way to the function …`, "none");
    const key = await putFile(this.user.id, file, file.name);
    const end = Date.now() + PATIENCE;
    while (!this.heard.includes(key, start) && Date.now() < end)
      await new Promise((resolve) => { this.continue = resolve; setTimeout(resolve, 1000); });
  }

  finish(total, problems) {
    if (total > 1) say(`${this.user.name}: ${total - problems.length} of ${total} files sent`);
    if (!problems.length) return;
    const rest = problems.length - NAMED;
    this.tell([...problems.slice(0, NAMED), rest > 0 ? `And ${rest} more.` : ""].join(" "), "warn");
  }

  tell(text, tone, content = [text]) {
    this.told.replaceChildren(...content);
    this.told.className = `told ${tone}`;
    this.told.hidden = false;
    this.next.hidden = true;
    say(`${this.user.name}: ${text}`);
  }

  tellNext(text) {
    this.next.textContent = text;
    this.next.hidden = false;
    say(`${this.user.name}: ${text}`);
  }

  // Keep the rejection of an object, from an older or a new line of the log.
  note({ key, outcome, reason }) {
    this.rejections.set(key, outcome === "rejected" ? reason : "");
    this.showObjects();
  }

  showObjects() {
    showObjects(this.objects, this.user, this.rejections);
  }

  // Show what the function has just said about this user.
  hear(record, attempt, retryDelay) {
    if (isReturn(record, this.record)) {
      this.tellNext(sayReturn(record, this.user.objects));
    } else {
      const { outcome, detail } = record;
      this.tell(`${outcome}: ${detail}`, TONES[outcome], makeResult(record));
      const waits = this.user.waiting && attempt >= ATTEMPTS;
      if (outcome === "failed") this.tellNext(waits ? WAITS : sayNext(attempt, retryDelay));
    }
    this.record = record;
    this.heard.push(record.key);
    this.continue?.();
  }

  update(user) {
    const previous = this.user;
    this.user = user;
    if (JSON.stringify(previous) === JSON.stringify(user)) return;
    this.show();
    if (user.waiting && !previous.waiting) this.tellNext(WAITS);
    if (previous.picture !== user.picture) this.highlight();
  }

  show() {
    const { picture, original, objects } = this.user;
    const looks = JSON.stringify([picture, original, objects]);
    if (looks !== this.looks) {
      this.views.replaceChildren(...makeViews(this.user));
      this.showObjects();
    }
    this.looks = looks;
    const { email, birthdate, address } = this.user.attributes;
    // OpenID Connect writes a birthday without its year as year 0000.
    const born = birthdate?.startsWith("0000-")
      ? asDay(new Date(birthdate.replace("0000", "2000"))) : birthdate;
    this.who.textContent = [email, born, address?.locality].filter(Boolean).join(" · ");
    showAttributes(this.attributes, this.before, this.user.attributes);
  }

  highlight() {
    clearTimeout(this.timer);
    this.article.classList.add("changed");
    this.timer = setTimeout(() => this.article.classList.remove("changed"), HIGHLIGHT);
  }
}
