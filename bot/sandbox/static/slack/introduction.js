// What the sandbox itself says on top of a channel: it is not a message of anyone.

import { act, deliver } from "../api.js";
import { h } from "../dom.js";
import { here } from "../state.js";

const known = new Map();

/** The note on top of a channel; null for channels that need none. */
export function introduction(channel) {
  if (!known.has(channel)) known.set(channel, NOTES[channel]?.() ?? null);
  return known.get(channel);
}

const NOTES = {
  C0INCIDENTS: () => h("section.introduction", { "aria-label": "Note from the sandbox" },
    h("h3", {}, "All is fine. Let us change that."),
    h("p", {}, "A service makes pictures with Ideogram, and three people use it right now. The bot beside them is the real program; only the world around it is pretend."),
    h("ol.steps", {},
      step("Break Ideogram", "Watch what its users get.", () => act("fault", { name: "outage-503" })),
      step("/ideogram triage", "Is it them or us? The card fills in while you read.", () => deliver("command", { user: here.user, channel: "C0INCIDENTS", text: "triage" })),
      h("li", {}, h("b", {}, "Enable Fallback"), h("span", {}, "One press and a confirm. Then dare the bot: press twice, kill it.")),
      h("li", {}, h("b", {}, "Repair, resolve, read"), h("span", {}, "Each line of the postmortem leads to its evidence.")))),
  C0OPS: () => quiet("Here the bot tells the people who run it what went wrong with the bot itself."),
  C0ONCALL: () => quiet("Any channel will do: try /ideogram status here."),
};

function step(label, what, go) {
  return h("li", {}, h("button.step", { type: "button", on: { click: go } }, label), h("span", {}, what));
}

function quiet(text) {
  return h("section.introduction.small", {}, h("p", {}, text));
}
