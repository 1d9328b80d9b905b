// Three dares: things that break other bots.

import { act } from "../api.js";
import { clock, h, icon, replace } from "../dom.js";
import { get, watch } from "../state.js";

const DARES = [
  { name: "press-twice", label: "Press Twice", sign: "twice", what: "Ana twice and Ben once, all at once" },
  { name: "kill-bot", label: "Kill the Bot Now", sign: "skull", what: "SIGKILL; it starts again by itself" },
  { name: "cut-slack", label: "Cut Slack 20 s", sign: "cut", what: "Slack drops every connection" },
];

/** Fill `place` and keep it true. */
export function showDares(place) {
  const troubles = h("div.troubles", { role: "group", "aria-label": "More trouble" });
  const result = h("p.dare-result", { role: "status" });
  replace(place, h("h2.card-title", {}, "Dares"), h("div.dares", {}, DARES.map(dare)), result, troubles);
  watch(["world/troubles"], () => replace(troubles, (get("world/troubles") ?? []).map(trouble)));
  const draw = () => replace(result, ...outcome());
  watch(["world/dare", "world/bot"], draw);
  setInterval(() => get("world/dare")?.cut_until && draw(), 1000);
}

function dare({ name, label, sign, what }) {
  return h("button.dare", { type: "button", title: what, data: { dare: name }, on: { click: () => act(`dare/${name}`) } }, icon(sign), h("span", {}, label));
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
  "press-twice": ({ patches }) => (patches ? `3 presses → ${patches} ${patches === 1 ? "PATCH" : "PATCHes"}.` : "3 presses, and no PATCH yet."),
  "kill-bot": () => {
    const bot = get("world/bot");
    if (bot?.state !== "ready") return "It is down; starting again.";
    return `Back after ${bot.ready_after_seconds.toFixed(1)} s, start no. ${bot.starts}. It goes on where it was.`;
  },
  "cut-slack": ({ cut_until: until }) => (until ? `${Math.max(0, Math.ceil(until - Date.now() / 1000))} s left; nothing gets lost.` : "Slack is back; what waited is delivered."),
};
