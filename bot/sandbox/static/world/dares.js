// Three dares: things that break other bots.

import { act } from "../api.js";
import { clock, h, replace } from "../dom.js";
import { get, watch } from "../state.js";

const DARES = [
  { name: "press-twice", label: "Press Twice", what: () => (get("world/press")?.late ? "Slack delivers the same press three times more" : "Ana twice and Ben once, all at once"), hint: pressed },
  { name: "kill-bot", label: "Kill the Bot Now", what: () => "SIGKILL; it starts again by itself", hint: () => "it starts again" },
  { name: "cut-slack", label: "Cut Slack 20 s", what: () => "Slack drops every connection", hint: () => "then it is back" },
];

/** Fill `place` and keep it true. */
export function showDares(place) {
  const troubles = h("div.troubles", { role: "group", "aria-label": "More trouble" });
  const dares = h("div.dares");
  const result = h("p.dare-result", { role: "status" });
  replace(place, h("h2.card-title", {}, "Dares"), dares, result, troubles);
  watch(["world/press", "about"], () => replace(dares, DARES.map(dare)));
  watch(["world/troubles"], () => replace(troubles, (get("world/troubles") ?? []).map(trouble)));
  const draw = () => replace(result, ...outcome());
  watch(["world/dare", "world/bot"], draw);
  setInterval(() => get("world/dare")?.cut_until && draw(), 1000);
}

// Said before it is pressed, because it changes the world.
function pressed() {
  return get("world/press")?.label ?? "no button yet";
}

function dare({ name, label, what, hint }) {
  return h("button.dare", { type: "button", title: what(), data: { key: `dare/${name}` }, on: { click: () => act(`dare/${name}`) } }, h("span", {}, label), h("small", {}, hint()));
}

function trouble({ name, label, on }) {
  return h("button.trouble", { type: "button", "aria-pressed": String(on), data: { key: `trouble/${name}` }, on: { click: () => act("trouble", { name, on: !on }) } }, label);
}

function outcome() {
  const dare = get("world/dare");
  if (!dare) return [h("span.quiet", {}, "Best in the middle of a rollout.")];
  return [h("b", {}, `${clock(dare.at)} `), `${dare.detail}. `, h("span.answer", {}, ANSWERS[dare.name](dare))];
}

const ANSWERS = {
  "press-twice": ({ patches, presses }) => `${presses} presses → ${patches} ${patches === 1 ? "PATCH" : "PATCHes"}${patches ? "" : " so far"}.`,
  "kill-bot": () => {
    const bot = get("world/bot");
    if (bot?.state !== "ready") return "It is down; starting again.";
    return `Back after ${bot.ready_after_seconds.toFixed(1)} s, start no. ${bot.starts}. It goes on where it was.`;
  },
  "cut-slack": ({ cut_until: until }) => (until ? `${Math.max(0, Math.ceil(until - Date.now() / 1000))} s left; nothing gets lost.` : "Slack is back; what waited is delivered."),
};
