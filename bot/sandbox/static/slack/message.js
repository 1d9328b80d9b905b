// One message: who, when, what, its files and the way into its thread.

import { deliver } from "../api.js";
import { clock, h, icon } from "../dom.js";
import { dismiss, here, person } from "../state.js";
import { blocks } from "./blocks.js";
import { emoji, mrkdwn } from "./mrkdwn.js";
import { openFile } from "./viewer.js";

/** Draw a message of `channel`; `options.openThread` is called with its ts, `options.isGrouped` leaves the name out. */
export function messageNode(message, channel, options = {}) {
  const author = person(message.user ?? message.bot_id);
  const isBot = Boolean(author.isBot || message.bot_id);
  const node = h(`article.message${options.isGrouped ? ".grouped" : ""}`, { data: { ts: message.ts }, tabindex: "-1", "aria-label": `${author.name}, ${clock(Number(message.ts))}` },
    avatar(author, isBot),
    h("div.message-main", {},
      options.isEphemeral ? onlyYou(message) : null,
      options.isGrouped ? null : h("p.message-who", {}, h("b", {}, author.name), isBot ? h("span.app-mark", {}, "APP") : null, when(message), edited(message)),
      body(message, channel),
      (message.files ?? []).map(file),
      reactions(message),
      options.openThread ? threadLink(message, options.openThread) : null));
  return node;
}

// As in Slack: such a note stays until its reader sends it away.
const onlyYou = (message) => h("p.only-you", {}, icon("eye"), "Only visible to you",
  h("button.dismiss", { type: "button", data: { key: `dismiss/${message.ts}` }, on: { click: () => dismiss(message.ts) } }, "Dismiss"));

/** What a person presses in the blocks of a message. */
export function doingIn(channel, message) {
  return {
    press: async (element, block, option) => {
      if (element.url) window.open(element.url, "_blank", "noopener");
      await deliver("click", {
        user: here.user, channel, ts: message.ts, action_id: element.action_id,
        block_id: block.block_id, option: option?.value,
      });
    },
  };
}

/** A round sign for a person or the bot. */
export function avatar(author, isBot) {
  if (isBot) return h("img.avatar.bot", { src: "/static/icon.svg", alt: "" });
  return h("span.avatar", { "aria-hidden": "true", data: { who: author.id } }, author.name[0]);
}

function when(message) {
  return h("time.message-when", { datetime: new Date(Number(message.ts) * 1000).toISOString() }, clock(Number(message.ts)));
}

function edited(message) {
  return message.edited ? h("span.edited", { title: "This message was changed in place" }, "edited") : null;
}

function body(message, channel) {
  if (message.blocks?.length) return h("div.blocks", {}, blocks(message.blocks, doingIn(channel, message)));
  return h("div.plain-text", {}, mrkdwn(message.text ?? ""));
}

function file(item) {
  return h("button.file", { type: "button", data: { key: `file/${item.id}` }, on: { click: () => openFile(item) } },
    icon("file"), h("span", {}, h("b", {}, item.title || item.name), h("small", {}, `${(item.size / 1000).toFixed(1)} kB · press to read`)));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("p.reactions", {}, message.reactions.map((r) => h("span", {}, `${emoji(r.name)} ${r.count}`)));
}

function threadLink(message, openThread) {
  const count = message.reply_count ?? 0;
  const label = count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread";
  return h(`button.thread-link${count ? "" : ".empty"}`, { type: "button", data: { key: `thread/${message.ts}` }, on: { click: () => openThread(message.ts) } },
    label, count && message.latest_reply ? h("small", {}, `last ${clock(Number(message.latest_reply))}`) : null);
}
