// A user's picture three times: round as in apps, square as in Authgear, and the original.

import { make } from "./dom.js";

// Why the picture is not cut around a face: the values of `crop_fallback`.
const FALLBACKS = {
  "too-small": "Too small for Rekognition",
  "rekognition-denied": "The role may not use Rekognition",
  "rekognition-throttled": "Rekognition's quota is used up",
  "rekognition-refused": "Rekognition refused the request",
  "rekognition-unavailable": "Rekognition did not answer",
  "rekognition-unexpected": "Rekognition's answer is not a documented one",
};

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

function makeEmpty(text) {
  return make("div", { className: "original none" }, text);
}

// Return why there is no preview of the file, or nothing if there is one.
function sayWhyEmpty({ picture, original, objects, image_id }) {
  if (!picture) return "no picture yet";
  if (!original) return "not from the bucket";
  const object = objects.find((it) => it.key === original.key);
  if (!object) return "deleted";
  return object.result && object.result !== image_id ? "overwritten" : "";
}

function makeOriginal(user) {
  const why = sayWhyEmpty(user);
  if (why) return makeFigure(makeEmpty(why), "Original");
  const { original } = user;
  const size = original.format ? `${original.width} × ${original.height} ${original.format.toUpperCase()}` : "";
  const alt = original.format ? `The file it was cut from, ${original.width} by ${original.height} pixels` : "The file it was cut from";
  const image = make("img", { src: `/originals/${original.image_id}`, alt });
  const box = make("div", { className: "original" }, image, original.frame ? makeFrame(original.frame) : "");
  image.addEventListener("error", () => box.replaceWith(makeEmpty("no preview")), { once: true });
  const fallback = original.crop_fallback;
  const cut = fallback ? [make("br"), `${FALLBACKS[fallback] || "No face was found"}: cut as with CropPosition=auto`] : [];
  return makeFigure(box, "Original", make("br"), size, ...cut);
}

export function makeViews(user) {
  return [
    makeFigure(makeShown(user, "round"), "In apps"),
    makeFigure(makeShown(user, "square"), "In Authgear"),
    makeOriginal(user),
  ];
}
