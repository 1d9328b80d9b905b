// What users of the service get right now: one small tile per answer, newest last.

import { clock, h, replace } from "../dom.js";
import { get, watch } from "../state.js";
import { landscape } from "./landscape.js";

const RECENT = 12;
const WORDS = { picture: "pictures", placeholder: "placeholders", error: "errors" };
const LABELS = { picture: "Picture", placeholder: "Placeholder", error: "Error" };
const MAX_TILES = 36;

/** Fill `place` and keep it true. */
export function showUsers(place) {
  const headline = h("p.users-headline", { role: "status" });
  const strip = h("div.strip", { role: "img" });
  const counter = h("p.users-counter");
  replace(place, h("h2.card-title", {}, "What users get right now"), headline, strip, counter);
  watch(["world/users"], () => {
    const { tiles, since_broken: since, broken_at: brokenAt } = get("world/users");
    const recent = tiles.slice(-RECENT);
    const kind = most(recent);
    place.dataset.kind = kind ?? "";
    headline.textContent = kind ? sentence(recent, kind) : "Waiting for the first picture";
    document.querySelector("#tab-world i").hidden = kind !== "error";
    strip.setAttribute("aria-label", `The last ${recent.length} answers: ${summary(recent)}`);
    draw(strip, tiles.slice(-MAX_TILES));
    replace(counter, ...count(since, brokenAt));
  });
}

function most(tiles) {
  const counts = tally(tiles);
  return Object.keys(counts).sort((a, b) => counts[b] - counts[a])[0];
}

function tally(tiles) {
  const counts = {};
  for (const { kind } of tiles) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function sentence(recent, kind) {
  const counts = tally(recent);
  if (counts[kind] === recent.length) return { picture: "Everyone gets pictures", placeholder: "Everyone gets placeholders", error: "Everyone gets errors" }[kind];
  return `Mostly ${WORDS[kind]}`;
}

const summary = (tiles) => Object.entries(tally(tiles)).map(([kind, n]) => `${n} ${WORDS[kind]}`).join(", ");

function count(since, brokenAt) {
  if (!brokenAt) return [h("span.quiet", {}, "Three people, one picture after another.")];
  const parts = ["error", "placeholder", "picture"].filter((kind) => since[kind]);
  const words = parts.map((kind) => h(`span.count.${kind}`, {}, h("b", {}, String(since[kind])), ` ${since[kind] === 1 ? WORDS[kind].slice(0, -1) : WORDS[kind]}`));
  return [...words, h("span.quiet", {}, `since ${clock(brokenAt)}`)];
}

// Tiles are kept, so that only a new one slides in.
function draw(strip, tiles) {
  const wanted = new Map(tiles.map((tile) => [`${tile.at}/${tile.user}`, tile]));
  for (const node of [...strip.children]) if (!wanted.has(node.dataset.id)) node.remove();
  const there = new Set([...strip.children].map((node) => node.dataset.id));
  for (const [id, tile] of wanted) if (!there.has(id)) strip.append(tileNode(id, tile));
}

function tileNode(id, tile) {
  const title = `${LABELS[tile.kind]} for ${tile.user} at ${clock(tile.at)}${tile.detail ? `: ${tile.detail}` : ""}`;
  const inside = tile.kind === "picture" ? landscape(id) : h("span", {}, tile.kind === "error" ? String(tile.status) : "");
  return h(`div.tile.${tile.kind}${tile.odd ? ".odd" : ""}`, { title, data: { id } }, inside);
}
