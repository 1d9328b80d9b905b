// The messages of one channel, or of one thread, with the box to write into.

import { h, icon, replace } from "../dom.js";
import { below, channelName, get, go, here, isDismissed, watch } from "../state.js";
import { composer } from "./composer.js";
import { introduction } from "./introduction.js";
import { messageNode } from "./message.js";

const NEAR_END_PX = 120;
const GROUP_SECONDS = 300;

/** Fill `place` with the channel the visitor is in. */
export function showChannel(place) {
  const list = messageList(() => channelMessages(here.channel));
  const title = h("h2", { tabindex: "-1" });
  let shown = null;
  let thread = null;
  replace(place, h("header.conversation-head", {}, title), list.node, composer({ isThread: false, onSend: list.toEnd }));
  watch(["here", "about", "message/", "ephemeral/", "dismissed"], () => {
    const isNew = shown !== `${here.user}/${here.channel}`;
    shown = `${here.user}/${here.channel}`;
    title.textContent = `# ${channelName(here.channel)}`;
    if (thread && !here.thread) list.toEnd(); // back from a thread: what is new stands at the end
    thread = here.thread;
    list.draw({ isNew, before: introduction(here.channel), openThread: (ts) => go({ thread: ts }) });
  });
}

/** Fill `place` with the thread the visitor opened; hidden when none is. */
export function showThread(place) {
  const list = messageList(() => threadMessages(here.channel, here.thread));
  const close = () => go({ thread: null });
  const where = h("small");
  let shown = null;
  replace(place,
    h("header.conversation-head", {},
      h("button.icon-button.back", { type: "button", "aria-label": "Back to the channel", on: { click: close } }, icon("back")),
      h("h2", {}, "Thread ", where),
      h("button.icon-button.close", { type: "button", "aria-label": "Close thread", on: { click: close } }, icon("close"))),
    list.node, composer({ isThread: true, onSend: list.toEnd }));
  place.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());
  watch(["here", "message/", "ephemeral/", "dismissed"], () => {
    place.hidden = !here.thread;
    document.getElementById("slack").classList.toggle("has-thread", Boolean(here.thread));
    where.textContent = `#${channelName(here.channel)}`;
    if (here.thread) list.draw({ isNew: shown !== here.thread });
    shown = here.thread;
  });
}

function messageList(read) {
  const node = h("div.messages", { role: "log", "aria-live": "polite", tabindex: "0", "aria-label": "Messages" });
  const drawn = new Map();
  // Kept, because a hidden list has no height to measure; it is scrolled once it has one again.
  let isAtEnd = true;
  const follow = () => { if (isAtEnd) node.scrollTop = node.scrollHeight; };
  const toEnd = () => { isAtEnd = true; follow(); };
  node.addEventListener("scroll", () => { if (node.clientHeight) isAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END_PX; });
  new ResizeObserver(follow).observe(node);
  const draw = ({ isNew, before, openThread }) => {
    if (isNew) drawn.clear();
    isAtEnd ||= isNew;
    const found = read().map(({ message, isEphemeral }, index, all) => {
      const isGrouped = follows(message, all[index - 1]?.message) && !isEphemeral && !all[index - 1]?.isEphemeral;
      return keep(drawn, message, { isEphemeral, isGrouped, openThread: isEphemeral ? null : openThread });
    });
    sync(node, before ? [before, ...found] : found);
    follow();
  };
  return { node, draw, toEnd };
}

// A message is drawn again only when it changed, so that the focus and an open menu stay elsewhere.
function keep(drawn, message, options) {
  const state = JSON.stringify([message, options.isGrouped, options.isEphemeral]);
  const known = drawn.get(message.ts);
  if (known?.state === state) return known.node;
  const node = messageNode(message, here.channel, options);
  const focused = known?.node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  if (known) {
    known.node.replaceWith(node);
    if (focused) node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  drawn.set(message.ts, { state, node });
  return node;
}

function sync(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].forEach((child) => wanted.has(child) || child.remove());
  nodes.forEach((node, index) => parent.children[index] !== node && parent.insertBefore(node, parent.children[index] ?? null));
}

function follows(message, before) {
  const isSame = before && before.user === message.user && before.bot_id === message.bot_id;
  return Boolean(isSame && !message.blocks?.length && Number(message.ts) - Number(before.ts) < GROUP_SECONDS);
}

function channelMessages(channel) {
  const isTop = (m) => !m.thread_ts || m.thread_ts === m.ts || m.subtype === "thread_broadcast";
  return ordered(below(`message/${channel}/`).filter(isTop), ephemerals(channel, null));
}

function threadMessages(channel, thread) {
  const replies = below(`message/${channel}/`).filter((m) => m.thread_ts === thread && m.ts !== thread);
  const root = get(`message/${channel}/${thread}`);
  return ordered(root ? [root, ...replies] : replies, ephemerals(channel, thread));
}

function ephemerals(channel, thread) {
  return below(`ephemeral/${here.user}/`).filter((m) => m.channel === channel && (m.thread_ts ?? null) === thread && !isDismissed(m));
}

function ordered(messages, private_) {
  const all = [...messages.map((message) => ({ message, isEphemeral: false })), ...private_.map((message) => ({ message, isEphemeral: true }))];
  return all.sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
}
