// The one big control: break Ideogram, repair it, or choose how it breaks.

import { act } from "../api.js";
import { clock, h, icon, replace } from "../dom.js";
import { openMenu } from "../menu.js";
import { get, watch } from "../state.js";

const DEFAULT = "outage-503";
const MYSTERY = "mystery";

/** Fill `place` and keep it true. */
export function showBreak(place) {
  watch(["world/fault", "world/riddle", "about"], () => {
    const fault = get("world/fault");
    place.classList.toggle("is-broken", Boolean(fault));
    replace(place, ...(fault ? broken(fault) : whole()), riddle(get("world/riddle")));
  });
}

const toBreak = (name) => act("fault", { name });

function whole() {
  return [
    h("div.split", {},
      h("button.big.break-button", { type: "button", data: { key: "big" }, on: { click: () => toBreak(DEFAULT) } }, icon("bolt"), "Break Ideogram"),
      chooser("Choose how it breaks", "big")),
    h("p.quiet", {}, "Nothing is broken. One press, and every request for an image gets a 503."),
  ];
}

function broken(fault) {
  const known = get("about")?.faults.find((one) => one.name === fault.name);
  return [
    h("p.broken-head", {}, h("span.pulse-dot", {}), h("b", {}, known ? known.label : "Something is broken"), h("small", {}, `since ${clock(fault.since)}`)),
    h("p.quiet", {}, known ? `${known.whose}: ${lower(known.effect)}.` : "Let the bot name it, then see whether it was right."),
    h("div.split", {},
      h("button.big.repair-button", { type: "button", data: { key: "big" }, on: { click: () => act("fault", { name: null }) } }, icon("repair"), "Repair"),
      known ? null : h("button.big.reveal", { type: "button", data: { key: "reveal" }, on: { click: () => act("reveal") } }, "Reveal"),
      chooser("Break something else", "")),
  ];
}

// What the runbook's script and the bot say of a mystery, side by side.
function riddle(known) {
  if (!known) return null;
  const { script, bot, truth } = known;
  return h("div.riddle", {},
    truth ? h("p.truth", {}, "The truth: ", h("b", {}, `${truth.whose}: ${lower(truth.is)}`)) : null,
    h("div.versus", {},
      h("div.side", {}, h("p.who", {}, "The bot"), h("p.said", {}, bot ? bot.headline : "Not asked yet"), h("p.quiet", {}, bot ? `$${bot.spent}` : "/ideogram triage")),
      h("div.side", {}, h("p.who", {}, "The runbook's script"), h("p.said.codes", {}, script.codes.map((code) => h("span", { title: code === "000" ? "Nobody answered" : null }, code ?? "–"))), h("p.quiet", {}, `$${Number(script.price).toFixed(2)} · ${progress(script)}`))));
}

const progress = ({ ended, seconds }) => (ended ? `${ended} after ${seconds} s` : "still running");

const lower = (text) => text[0].toLowerCase() + text.slice(1);

function chooser(label, extra) {
  return h(`button.chooser${extra ? `.${extra}` : ""}`, {
    type: "button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false", data: { key: "chooser" },
    on: { click: (event) => openMenu(event.currentTarget, faultItems(), label, "columns") },
  }, icon("down"));
}

function faultItems() {
  const items = [{ heading: "A riddle" }, { label: "Mystery fault", hint: "One of these, but the page does not say which", onPick: () => toBreak(MYSTERY) }];
  let whose = null;
  for (const fault of get("about")?.faults ?? []) {
    if (fault.whose !== whose) items.push({ heading: (whose = fault.whose) });
    items.push({ label: fault.label, hint: fault.effect, onPick: () => toBreak(fault.name) });
  }
  return items;
}
