// A user's picture three times: round as apps show it, square, and what it was cut from.

import { make } from "./dom.js";

function makeFigure(content, ...caption) {
  return make("figure", {}, content, make("figcaption", {}, ...caption));
}

function makeShown(user, shape) {
  const box = make("div", { className: `shown ${shape}` });
  const letter = make("span", { "aria-hidden": "true" }, [...user.name][0].toUpperCase());
  if (!user.picture) {
    box.append(letter);
    return box;
  }
  const alt = shape === "round" ? `Picture of ${user.name}` : "";
  const image = make("img", { src: user.picture, alt, width: 96, height: 96 });
  image.addEventListener("error", () => box.replaceChildren(letter), { once: true });
  box.append(image);
  return box;
}

function makeFrame([left, top, right, bottom]) {
  const frame = make("span", { className: "frame", "aria-hidden": "true" });
  const percent = (share) => `${share * 100}%`;
  frame.style.left = percent(left);
  frame.style.top = percent(top);
  frame.style.width = percent(right - left);
  frame.style.height = percent(bottom - top);
  return frame;
}

function makeOriginal(user) {
  const { original } = user;
  if (!original) {
    const text = user.picture ? "not known" : "no picture yet";
    return makeFigure(make("div", { className: "original none" }, text), "In the bucket");
  }
  const alt = `The file it was cut from, ${original.width} by ${original.height} pixels`;
  const image = make("img", { src: `/originals/${original.image_id}`, alt });
  const box = make("div", { className: "original" }, image, makeFrame(original.frame));
  image.addEventListener("error", () => {
    box.className = "original none";
    box.replaceChildren("no longer there");
  }, { once: true });
  const size = `${original.width} × ${original.height} ${original.format.toUpperCase()}`;
  const cut = original.crop_fallback ? [make("br"), `cut as auto: ${original.crop_fallback}`] : [];
  return makeFigure(box, "In the bucket", make("br"), size, ...cut);
}

export function makeViews(user) {
  return [
    makeFigure(makeShown(user, "round"), "In apps"),
    makeFigure(makeShown(user, "square"), "In Authgear"),
    makeOriginal(user),
  ];
}
