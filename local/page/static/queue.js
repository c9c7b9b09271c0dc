// Puts the files that somebody dropped on a user into the bucket, one by one.

import { make } from "./dom.js";

export class FileQueue {
  // `put` sends one file, and returns when its result is known.
  constructor(put, finish) {
    this.put = put;
    this.finish = finish;
    this.files = [];
    this.place = make("b");
    this.name = make("span");
    this.bar = make("progress", { "aria-label": "Files sent" });
    this.element = make("p", { className: "queue", hidden: true },
      this.place, " ", this.name, this.bar);
    this.reset();
  }

  reset() {
    this.total = 0;
    this.done = 0;
    this.problems = [];
    this.element.hidden = true;
  }

  add(files) {
    this.files.push(...files);
    this.total += files.length;
    if (this.total === files.length) this.run();
    else this.show();
  }

  async run() {
    while (this.files.length) {
      const file = this.files.shift();
      this.done += 1;
      this.name.textContent = file.name;
      this.show();
      try {
        await this.put(file);
      } catch (error) {
        this.problems.push(`${file.name}: ${error.message}`);
      }
    }
    const { total, problems } = this;
    this.reset();
    this.finish(total, problems);
  }

  show() {
    this.place.textContent = `${this.done} of ${this.total}`;
    this.bar.max = this.total;
    this.bar.value = this.done;
    this.element.hidden = this.total < 2;
  }
}
