// Elements, and requests to this page's own server.

const SAID = 5; // sentences that can still be read

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Announce a text to screen readers. A new paragraph is read even if it repeats the last.
export function say(text) {
  const news = byId("news");
  news.append(make("p", {}, text));
  if (news.children.length > SAID) news.firstElementChild.remove();
}

// Send a request to this page's server, and explain a missing answer.
export const ask = (path, options) => fetch(path, options).catch(() => {
  throw new Error("No answer: is `make local` still running?");
});

export async function post(path, content = {}) {
  const response = await ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  if (response.status === 204) return {};
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.message) throw new Error(answer.message || `Error ${response.status}`);
  return answer;
}
