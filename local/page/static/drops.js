// Reads a drop: its files, or the reason why there is nothing to take.

import { byId, say } from "./dom.js";

const SHOWN = 8000; // milliseconds
let timer = 0;

const isFolder = (item) => Boolean(item.webkitGetAsEntry?.()?.isDirectory);

// Return the files of a drop, and a sentence if there is something else in it.
export function readDrop({ items, files, types }) {
  if ([...items].some(isFolder))
    return { files: [], problem: "This is a folder. Open it, and drop the pictures in it." };
  if (files.length) return { files: [...files], problem: "" };
  const problem = types.includes("text/uri-list")
    ? "This is a link, not a file. Save the picture, then drop the file here."
    : "This is not a file. Drop a picture file here.";
  return { files: [], problem };
}

function notify(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = false;
  say(text);
  clearTimeout(timer);
  timer = setTimeout(() => { byId("notice").hidden = true; }, SHOWN);
}

// Answer a drop beside the cards. Without this, the browser would open the file.
export function answerOtherDrops() {
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (event.defaultPrevented) return; // a card took it
    event.preventDefault();
    const { problem } = readDrop(event.dataTransfer);
    notify(problem || "Nothing was sent. Drop the file on the card of a user.");
  });
}
