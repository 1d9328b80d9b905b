// Slack's mrkdwn as elements, and as the plain words of a notification. What is what, parse.js says.

import { h } from "../dom.js";
import { channelName, person } from "../state.js";
import { parse, split, unescape } from "./parse.js";

const MARKS = { bold: "strong", italic: "em", strike: "del" };
const EMOJI = {
  white_check_mark: "✅", x: "❌", warning: "⚠️", rotating_light: "🚨", eyes: "👀", fire: "🔥", tada: "🎉",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢",
  large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪", information_source: "ℹ️", bulb: "💡",
  memo: "📝", clock1: "🕐", lock: "🔒", key: "🔑", moneybag: "💰", wrench: "🔧", "+1": "👍", wave: "👋", art: "🎨",
  rocket: "🚀", mag: "🔍", link: "🔗", bell: "🔔", no_bell: "🔕", question: "❓", exclamation: "❗", sos: "🆘",
};

/** Text as Slack sends it (`&amp;`, `&lt;`, `&gt;` escaped) as a list of nodes. */
export function mrkdwn(text) {
  const nodes = [];
  let quote = null;
  for (const part of blocksOf(text)) {
    if (part.isQuote) {
      quote ? quote.append(h("br"), ...inline(part.text)) : nodes.push((quote = h("blockquote", {}, inline(part.text))));
    } else {
      quote = null;
      nodes.push(...inline(part.text));
    }
  }
  return nodes;
}

/** Plain text: emoji names are drawn, nothing else means anything. */
export function plain(text) {
  return [unescape(text).replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole)];
}

/** The sign of an emoji, or its name between colons. */
export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

function blocksOf(text) {
  if (!/^(>|&gt;)/m.test(text) || text.includes("```")) return [{ text }];
  const parts = [];
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:>|&gt;)\s?(.*)$/);
    const last = parts.at(-1);
    if (quoted) parts.push({ isQuote: true, text: quoted[1] });
    else if (last && !last.isQuote) last.text += `\n${line}`;
    else parts.push({ text: line });
  }
  return parts;
}

const inline = (text) => parse(text).flatMap(drawn);

function drawn(part) {
  if (typeof part === "string") return lines(part);
  if (part.mark) return h(MARKS[part.mark], {}, part.inside.flatMap(drawn));
  if (part.pre) return h("pre", {}, part.pre);
  if (part.code) return h("code", {}, part.code);
  if (part.reference) return reference(part.reference);
  const sign = EMOJI[part.emoji];
  return sign ? h("span.emoji", { role: "img", "aria-label": part.emoji.replaceAll("_", " ") }, sign) : emoji(part.emoji);
}

/** The same text as a notification says it: no marks, no ids, and every character that people wrote. */
export const words = (text) => parse(text).map(spoken).join("");

function spoken(part) {
  if (typeof part === "string") return part;
  if (part.mark) return part.inside.map(spoken).join("");
  if (part.reference) return reference(part.reference).textContent;
  return part.pre ?? part.code ?? emoji(part.emoji);
}

function reference(inside) {
  const [target, label] = split(inside, "|");
  if (target.startsWith("@")) return h("span.mention", {}, `@${person(target.slice(1)).name}`);
  if (target.startsWith("#")) return h("span.mention", {}, `#${label || channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return h("span.mention", {}, label ?? "@group");
  if (target.startsWith("!")) return h("span.mention.loud", {}, `@${target.slice(1)}`);
  return link(unescape(target), label);
}

/** A link that opens elsewhere; other than http and mail it is only text. */
export function link(url, label) {
  const shown = label ? unescape(label) : url;
  if (!/^(https?:|mailto:)/i.test(url)) return document.createTextNode(shown);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, shown);
}

function date(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return document.createTextNode(unescape(fallback ?? target));
  const shown = unescape(format).replace(/\{(\w+)\}/g, (whole, name) => FORMATS[name]?.(moment) ?? whole);
  const time = h("time", { datetime: moment.toISOString(), title: moment.toUTCString() }, shown);
  return url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, time) : time;
}

const time = (extra) => (moment) => moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...extra });
const day = (options) => (moment) => moment.toLocaleDateString([], options);
const pretty = (format) => (moment) => {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 86_400_000);
  return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[days] ?? format(moment);
};
const LONG = day({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const MIDDLE = day({ month: "long", day: "numeric", year: "numeric" });
const SHORT = day({ month: "short", day: "numeric", year: "numeric" });
const FORMATS = {
  date: MIDDLE, date_num: day({}), date_short: SHORT, date_long: LONG, date_pretty: pretty(MIDDLE),
  date_short_pretty: pretty(SHORT), date_long_pretty: pretty(LONG), time: time({}), time_secs: time({ second: "2-digit" }),
  ago: (moment) => `${Math.max(0, Math.round((Date.now() - moment) / 60_000))} min ago`,
};

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line])).filter((part) => part !== "");
}
