// What the page knows: the world as the server tells it, and where the visitor is.

const values = new Map();
const watchers = [];

/** Where the visitor is; change it with `go` only. */
export const here = { user: "U0ANA", channel: "C0INCIDENTS", thread: null, read: {} };

/** The value of one key, or undefined. */
export const get = (key) => values.get(key);

/** All values below a prefix such as "message/C0OPS/", sorted by key. */
export function below(prefix) {
  const found = [...values].filter(([key]) => key.startsWith(prefix));
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** Call `listener(changedKeys)` after each change of a key that starts with one of `prefixes`. */
export function watch(prefixes, listener) {
  watchers.push({ prefixes, listener });
}

/** Move the visitor: another person, channel or thread. */
export function go(where) {
  Object.assign(here, where);
  tell(["here"]);
}

const dismissed = new Set();

/** Send a note away that only the visitor sees; Slack keeps it for nobody either. */
export function dismiss(ts) {
  dismissed.add(ts);
  tell(["dismissed"]);
}

/** Whether the visitor sent this note away. */
export const isDismissed = (message) => dismissed.has(message.ts);

function tell(keys) {
  for (const { prefixes, listener } of watchers) {
    const mine = keys.filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
    if (mine.length) listener(mine);
  }
}

/** Follow the server; the browser connects again by itself and is then sent everything anew. */
export function follow() {
  let isFirst = true;
  const stream = new EventSource("/api/events");
  stream.addEventListener("reset", () => { isFirst = true; });
  stream.addEventListener("open", () => document.body.classList.remove("offline"));
  stream.addEventListener("error", () => document.body.classList.add("offline"));
  stream.addEventListener("message", (event) => {
    const { set, drop } = JSON.parse(event.data);
    const gone = isFirst ? [...values.keys()].filter((key) => !(key in set)) : drop;
    gone.forEach((key) => values.delete(key));
    Object.entries(set).forEach(([key, value]) => values.set(key, value));
    isFirst = false;
    tell([...gone, ...Object.keys(set)]);
  });
}

/** The person with this id, as {id, name}; the bot and strangers too. */
export function person(id) {
  const about = get("about");
  if (about?.bot === id) return { id, name: "Ideogram Bot", isBot: true };
  return about?.users.find((user) => user.id === id) ?? { id, name: id ?? "Sandbox" };
}

/** The name of a channel, without the sign before it. */
export const channelName = (id) => get("about")?.channels.find((channel) => channel.id === id)?.name ?? id;
