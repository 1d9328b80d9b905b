// Channels with their unread marks, and who the visitor is.

import { h, replace } from "../dom.js";
import { below, get, go, here, watch } from "../state.js";
import { avatar } from "./message.js";

/** Fill `place` and keep it true. */
export function showSidebar(place) {
  watch(["here", "about", "message/"], () => {
    markRead();
    replace(place,
      h("p.workspace", {}, "Acme Pictures"),
      h("h2", {}, "Channels"),
      h("ul.channel-list", {}, (get("about")?.channels ?? []).map(channel)),
      h("h2", {}, "You are"),
      h("div.people", { role: "group", "aria-label": "Who you are" }, (get("about")?.users ?? []).map(user)));
  });
}

function markRead() {
  const newest = below(`message/${here.channel}/`).at(-1);
  if (newest) here.read[`${here.user}/${here.channel}`] = newest.ts;
}

function channel({ id, name }) {
  const unread = below(`message/${id}/`).filter((m) => m.ts > (here.read[`${here.user}/${id}`] ?? "0") && m.user !== here.user).length;
  const isHere = id === here.channel;
  const mark = unread && !isHere ? h("span.unread", { "aria-label": `${unread} unread` }, String(unread)) : null;
  return h("li", {}, h(`button.channel${mark ? ".has-unread" : ""}`, {
    type: "button", "aria-current": isHere ? "page" : null, data: { key: `channel/${id}` },
    on: { click: () => go({ channel: id, thread: null }) },
  }, h("span", {}, h("i", { "aria-hidden": "true" }, "#"), name), mark));
}

function user(one) {
  return h("button.person", {
    type: "button", "aria-pressed": String(one.id === here.user), data: { key: `person/${one.id}` },
    on: { click: () => go({ user: one.id }) },
  }, avatar(one, false), h("span", {}, one.name));
}
