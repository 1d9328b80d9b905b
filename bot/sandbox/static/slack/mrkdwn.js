// Slack's mrkdwn as elements. Source: docs.slack.dev/messaging/formatting-message-text (read 2026-11-20).

import { h } from "../dom.js";
import { channelName, person } from "../state.js";

const TOKEN = /```\n?([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~/g;
const MARKS = { 5: "strong", 6: "em", 7: "del" };
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

function inline(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index < done) continue;
    const node = token(match, text);
    if (!node) continue;
    nodes.push(...lines(text.slice(done, match.index)), node);
    done = match.index + match[0].length;
  }
  return [...nodes, ...lines(text.slice(done))];
}

function token(match, text) {
  if (match[1]) return h("pre", {}, unescape(match[1]));
  if (match[2]) return h("code", {}, unescape(match[2]));
  if (match[3]) return reference(match[3]);
  if (match[4]) return EMOJI[match[4]] ? h("span.emoji", { role: "img", "aria-label": match[4].replaceAll("_", " ") }, EMOJI[match[4]]) : null;
  const number = [5, 6, 7].find((index) => match[index]);
  return isApart(match, text) ? h(MARKS[number], {}, inline(match[number])) : null;
}

// *bold* needs a border on both sides: 2*3*4 stays as it is.
function isApart(match, text) {
  const before = text[match.index - 1] ?? " ";
  const after = text[match.index + match[0].length] ?? " ";
  return !/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after);
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

function split(text, sign) {
  const at = text.indexOf(sign);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), unescape(line)] : [unescape(line)])).filter((part) => part !== "");
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
