// Counts the attempts for each object, and says what happens after a failed one.

export const ATTEMPTS = 3; // of an asynchronous invocation, with Lambda's two retries
const AWS_DELAYS = ["1 minute", "2 minutes"];

const failures = new Map();

// Return the number of the attempt that a record is about.
export function countAttempt({ key, outcome }) {
  const attempt = (failures.get(key) || 0) + 1;
  failures.set(key, outcome === "failed" ? attempt : 0);
  return attempt;
}

export function nameAttempt(attempt, outcome) {
  if (attempt > ATTEMPTS) return `attempt ${attempt}, from the retry queue`;
  if (outcome === "failed") return `attempt ${attempt} of ${ATTEMPTS}`;
  return attempt > 1 ? `attempt ${attempt}` : "";
}

// Lambda doubles the delay after each attempt.
export function sayNext(attempt, firstDelay) {
  if (attempt > ATTEMPTS) return "Back to the retry queue.";
  const text = `Attempt ${attempt} of ${ATTEMPTS}`;
  if (attempt === ATTEMPTS) return `${text}: next, it goes to the retry queue.`;
  const delay = firstDelay * 2 ** (attempt - 1);
  return `${text}, next in ${delay} s (in AWS, ${AWS_DELAYS[attempt - 1]}).`;
}

export const WAITS = "Waits in the retry queue, which delivers it every 15 minutes for a day.";
