// Elements, and requests to this page's own server.

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

// Say it to those who listen to the page instead of looking at it.
export function say(text) {
  byId("news").textContent = text;
}

export async function post(path, content = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  if (response.status === 204) return {};
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.message) throw new Error(answer.message || `Error ${response.status}`);
  return answer;
}
