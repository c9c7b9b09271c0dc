// One user: made once, then brought up to date in place, so that focus stays where it is.

import { showAttributes } from "./attributes.js";
import { putFile, putSample } from "./bucket.js";
import { make, post, say } from "./dom.js";
import { TONES } from "./outcomes.js";
import { makeViews } from "./views.js";

const HIGHLIGHT = 2500; // milliseconds
const BUTTONS = [
  ["repeat", "Same event again"],
  ["shuffle", "Events out of order"],
  ["delete", "Delete the object"],
];

export class Card {
  constructor(user, samples) {
    this.user = user;
    this.before = user.attributes;
    this.views = make("div", { className: "views" });
    this.told = make("p", { className: "told", hidden: true });
    this.attributes = make("details", { className: "attributes" },
      make("summary"), make("dl"));
    const title = make("h3", { id: `name-${user.id}` }, make("bdi", {}, user.name));
    this.who = make("p", { className: "who" });
    const heading = make("div", {}, title, this.who, make("p", { className: "mono" }, user.id));
    this.article = make("article", { className: "card", "aria-labelledby": title.id },
      heading, this.views, this.told, this.attributes,
      this.makeDrop(), this.makeSamples(samples), this.makeButtons());
    this.element = make("li", {}, this.article);
    this.acceptDrops();
    this.show();
  }

  makeDrop() {
    const input = make("input", {
      type: "file", accept: "image/*,.heic,.avif",
      "aria-label": `Put a picture into the bucket for ${this.user.name}`,
    });
    input.addEventListener("change", () => {
      if (input.files[0]) this.put(input.files[0]);
      input.value = "";
    });
    return make("div", { className: "drop" },
      "Drop a picture here, or ", make("b", {}, "choose a file"), input);
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
      const [file] = event.dataTransfer.files;
      if (file) this.put(file);
    });
  }

  put(file) {
    this.act(() => putFile(this.user.id, file, file.name));
  }

  // Do something after which the function will write a line.
  async act(action) {
    this.tell("On its way to the function …", "none");
    try {
      await action();
    } catch (error) {
      this.tell(error.message, "warn");
    }
  }

  tell(text, tone) {
    this.told.textContent = text;
    this.told.className = `told ${tone}`;
    this.told.hidden = false;
    say(`${this.user.name}: ${text}`);
  }

  // Show what the function has just said of this user.
  hear(record) {
    this.tell(`${record.outcome}: ${record.detail}`, TONES[record.outcome]);
  }

  update(user) {
    const previous = this.user;
    this.user = user;
    if (JSON.stringify(previous) === JSON.stringify(user)) return;
    this.show();
    if (previous.picture !== user.picture) this.highlight();
  }

  show() {
    const { picture, original } = this.user;
    const looks = JSON.stringify([picture, original]);
    if (looks !== this.looks) this.views.replaceChildren(...makeViews(this.user));
    this.looks = looks;
    const { email, birthdate, address } = this.user.attributes;
    this.who.textContent = [email, birthdate, address?.locality].filter(Boolean).join(" · ");
    showAttributes(this.attributes, this.before, this.user.attributes);
  }

  highlight() {
    clearTimeout(this.timer);
    this.article.classList.add("changed");
    this.timer = setTimeout(() => this.article.classList.remove("changed"), HIGHLIGHT);
  }
}
