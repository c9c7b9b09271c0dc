// The six outcomes, and the colour of each.

export const TONES = {
  synced: "ok", unchanged: "ok", removed: "ok",
  ignored: "none", rejected: "warn", failed: "bad",
};

// Return when a record was written. Not every browser can parse this form of date.
export function timeOf({ timestamp }) {
  const [day, time] = timestamp.split(" ");
  return new Date(`${day}T${time.replace(",", ".").replace(/([+-]\d\d)(\d\d)$/, "$1:$2")}`);
}

// Return the id of the user that a record is about, from its field or from its key.
export function userOf(record) {
  if (record.user_id) return record.user_id;
  const found = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(record.key || "");
  return found ? found[0] : "";
}
