// The objects of a user, as the bucket lists them.

import { make } from "./dom.js";

const MOST = 4; // objects to show
const IMAGE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function asSize(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return bytes < 1e5 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function asDay(date) {
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

export const asTime = (date) => date.toLocaleTimeString("en-GB");

// The sync tag holds the result of an object; a file that is too large gets no tag.
function makeStatus({ key, result }, imageId, rejections) {
  if (result && result === imageId) return make("span", { className: "chip ok" }, "shown");
  const reason = IMAGE_ID.test(result) ? "" : result || rejections.get(key);
  return reason ? make("code", { className: "reason" }, reason) : "";
}

function makeObject(object, imageId, rejections) {
  const modified = new Date(object.modified);
  const isToday = modified.toDateString() === new Date().toDateString();
  const when = isToday ? asTime(modified) : `${asDay(modified)}, ${asTime(modified)}`;
  return make("li", {},
    make("code", { title: object.key }, object.name),
    make("span", {}, asSize(object.bytes)),
    make("time", { dateTime: object.modified }, when),
    makeStatus(object, imageId, rejections));
}

// `rejections` has the reasons in the log, by key.
export function showObjects(list, { objects, image_id }, rejections) {
  const items = objects.slice(0, MOST).map((object) => makeObject(object, image_id, rejections));
  if (objects.length > MOST) items.push(make("li", {}, `and ${objects.length - MOST} older`));
  list.replaceChildren(...(items.length ? items : [make("li", { className: "quiet" }, "empty")]));
}
