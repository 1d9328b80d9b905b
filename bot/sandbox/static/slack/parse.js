// Slack's mrkdwn as a tree. Source: docs.slack.dev/messaging/formatting-message-text (read 2026-11-20).
//
// Code and <...> are read first: an underscore in a link, a date or a mention is never emphasis.

const SOLID = /```\n?([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):/g;
const MARKS = { "*": "bold", _: "italic", "~": "strike" };
const WORD = /[\p{L}\p{N}]/u;
// What was read stands in the text as its number between two characters that nobody writes.
const [OPEN, CLOSE] = ["\uE000", "\uE001"];
const STAND_IN = /\uE000(\d+)\uE001/;

/**
 * Text as Slack sends it (`&amp;`, `&lt;`, `&gt;` escaped) as a list of parts:
 * a string, or one of {pre}, {code}, {reference}, {emoji}, {mark: bold|italic|strike, inside: [parts]}.
 */
export function parse(text) {
  const solid = [];
  const flat = text.replace(/[\uE000\uE001]/g, "").replace(SOLID, (_, pre, code, reference, emoji) => {
    solid.push(pre ? { pre: unescape(pre) } : code ? { code: unescape(code) } : reference ? { reference } : { emoji });
    return `${OPEN}${solid.length - 1}${CLOSE}`;
  });
  return emphasised(flat, solid);
}

/** Without the entities in which Slack writes `<`, `>` and `&`. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What stands before and after the first `sign`; no second part without one. */
export function split(text, sign) {
  const at = text.indexOf(sign);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function emphasised(text, solid) {
  const parts = [];
  let done = 0;
  for (let at = 0; at < text.length; at += 1) {
    const end = opens(text, at) ? closing(text, at) : -1;
    if (end < 0) continue;
    parts.push(...restored(text.slice(done, at), solid), { mark: MARKS[text[at]], inside: emphasised(text.slice(at + 1, end), solid) });
    done = end + 1;
    at = end;
  }
  return [...parts, ...restored(text.slice(done), solid)];
}

// *bold* needs a border on both sides: 2*3*4 stays as it is, and so does a * between spaces.
function opens(text, at) {
  return text[at] in MARKS && !WORD.test(text[at - 1] ?? " ") && /[^\s]/.test(text[at + 1] ?? " ") && text[at + 1] !== text[at];
}

function closing(text, from) {
  for (let at = from + 2; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === text[from] && /\S/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return -1;
}

function restored(text, solid) {
  return text.split(STAND_IN).map((part, index) => (index % 2 ? solid[Number(part)] : unescape(part))).filter((part) => part !== "");
}
