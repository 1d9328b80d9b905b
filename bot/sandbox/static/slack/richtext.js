// Slack's rich_text block as elements; unknown parts are left out.

import { h } from "../dom.js";
import { channelName, person } from "../state.js";
import { emoji, link, mrkdwn } from "./mrkdwn.js";

const MARKS = { bold: "strong", italic: "em", strike: "del", code: "code" };

/** All parts of one rich_text block. */
export const richText = (block) => (block.elements ?? []).map(part);

function part(element) {
  const inside = (element.elements ?? []).map((child) => (child.type === "rich_text_section" ? h("li", {}, child.elements.map(leaf)) : leaf(child)));
  if (element.type === "rich_text_list") return h(element.style === "ordered" ? "ol" : "ul", {}, inside);
  if (element.type === "rich_text_preformatted") return h("pre", {}, inside);
  if (element.type === "rich_text_quote") return h("blockquote", {}, inside);
  return h("p", {}, inside);
}

function leaf(element) {
  return Object.entries(element.style ?? {}).reduce(
    (node, [mark, isOn]) => (isOn && MARKS[mark] ? h(MARKS[mark], {}, node) : node),
    bare(element),
  );
}

function bare(element) {
  switch (element.type) {
    case "text": return h("span.pre-line", {}, element.text);
    case "link": return link(element.url, element.text);
    case "user": return h("span.mention", {}, `@${person(element.user_id).name}`);
    case "channel": return h("span.mention", {}, `#${channelName(element.channel_id)}`);
    case "broadcast": return h("span.mention.loud", {}, `@${element.range}`);
    case "emoji": return h("span.emoji", {}, emoji(element.name));
    case "date": return h("span", {}, mrkdwn(`<!date^${element.timestamp}^${element.format}|${element.fallback ?? ""}>`));
    default: return h("span");
  }
}
