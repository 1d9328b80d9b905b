// The phone of the person on call: the line on the lock screen, and the card behind it.

import { clock, h, replace } from "./dom.js";
import { below, channelName, get, go, watch } from "./state.js";
import { messageNode } from "./slack/message.js";
import { words as plainWords } from "./slack/mrkdwn.js";

const SHOWN = 3;
// Editing a message notifies nobody, so the words of a notification are those of its first moment.
const firstWords = new Map();
let isFirstLook = true;

/** Fill `place` and keep it true. */
export function showPhone(place) {
  const screen = h("div.screen");
  let opened = null;
  const draw = () => {
    const posts = notifications();
    if (opened && !get(`message/${opened.channel}/${opened.ts}`)) opened = null;
    if (opened) replace(screen, ...card(get(`message/${opened.channel}/${opened.ts}`), close));
    else replace(screen, ...lock(posts, open));
  };
  const open = (message) => { opened = message; draw(); };
  const close = () => { opened = null; draw(); };
  replace(place, h("div.phone", {}, h("div.notch", { "aria-hidden": "true" }), screen),
    h("p.phone-note", {}, "What the person on call sees at 03:00"));
  watch(["message/", "about"], draw);
  draw();
  setInterval(() => opened || draw(), 20_000);
}

function notifications() {
  const bot = get("about")?.bot;
  const posts = below("message/").filter((message) => message.user === bot).sort((a, b) => (a.ts < b.ts ? 1 : -1));
  for (const message of posts) {
    if (!firstWords.has(message.ts)) firstWords.set(message.ts, { words: message.text || named(message.files), isNew: !isFirstLook });
  }
  if (get("about")) isFirstLook = false;
  return posts.slice(0, SHOWN);
}

const named = (files) => (files?.length ? `Shared a file: ${files[0].title || files[0].name}` : "Sent a message");

function lock(posts, open) {
  const now = new Date();
  return [
    h("p.lock-date", {}, now.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" })),
    h("p.lock-time", {}, clock(now / 1000)),
    h("div.notifications", {}, posts.length ? posts.map((post, index) => notification(post, open, index)) : h("p.lock-quiet", {}, "No notifications. A quiet night.")),
  ];
}

function notification(message, open, index) {
  const { words, isNew } = firstWords.get(message.ts);
  firstWords.set(message.ts, { words, isNew: false });
  const where = `#${channelName(message.channel)}${message.thread_ts && message.thread_ts !== message.ts ? ", in a thread" : ""}`;
  return h(`button.notification${isNew && index === 0 ? ".new" : ""}`, { type: "button", data: { key: `note/${message.ts}` }, on: { click: () => open(message) } },
    h("span.notification-head", {}, h("img", { src: "/static/icon.svg", alt: "", width: "18", height: "18" }), h("b", {}, "Slack"), h("span", {}, where), h("time", {}, clock(Number(message.ts)))),
    h("span.notification-text", {}, plainWords(words ?? "")));
}

function card(message, close) {
  return [
    h("header.phone-head", {}, h("button.icon-button", { type: "button", "aria-label": "Back to the lock screen", on: { click: close } }, "‹"),
      h("b", {}, `# ${channelName(message.channel)}`)),
    h("div.phone-card", {}, messageNode(message, message.channel, { openThread: message.reply_count ? (ts) => go({ channel: message.channel, thread: ts }) : null })),
  ];
}
