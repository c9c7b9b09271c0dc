// The six outcomes, and the colour of each.

export const TONES = {
  synced: "ok", unchanged: "ok", removed: "ok",
  ignored: "none", rejected: "warn", failed: "bad",
};

// When a record was written. Not every browser reads the form in which it is.
export function timeOf({ timestamp }) {
  const [day, time] = timestamp.split(" ");
  return new Date(`${day}T${time.replace(",", ".").replace(/([+-]\d\d)(\d\d)$/, "$1:$2")}`);
}

// The user whom a record is about: named by the function, or by the key it was told of.
export function userOf(record) {
  if (record.user_id) return record.user_id;
  const found = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(record.key || "");
  return found ? found[0] : "";
}
