// What the bot asked of Kubernetes, beside what the runbook's kubectl commands would have done.

import { h, replace } from "../dom.js";
import { get, watch } from "../state.js";

/** Fill `place` and keep it true. */
export function showRequests(place) {
  watch(["world/requests"], () => {
    const requests = get("world/requests");
    replace(place, h("h2.card-title", {}, "Changes to Kubernetes", reads(requests)), requests.patches ? compared(requests) : nothing());
  });
}

const nothing = () => h("p.quiet", {}, "None yet. A press of a button is one PATCH, so one rollout. The runbook sends ", h("code", {}, "kubectl set env"), ", then ", h("code", {}, "kubectl rollout restart"), ": two rollouts.");

function compared({ patches, rollouts, pods_replaced: pods, by_hand: hand }) {
  return h("div.versus", {},
    side("The bot", `${patches}`, patches === 1 ? "PATCH" : "PATCHes", `${many(rollouts, "rollout")} · ${many(pods, "pod")}`, null),
    side("By hand", `${hand.rollouts}`, "kubectl commands", `${many(hand.rollouts, "rollout")} · ${many(hand.pods, "pod")}`, COMMANDS));
}

function side(who, number, unit, rest, commands) {
  return h("div.side", {}, h("p.who", {}, who), h("p.number", {}, h("b", {}, number), ` ${unit}`), h("p.quiet", {}, rest), commands ? h("p.quiet", {}, commands) : null);
}

// Each change by hand is both of them (the incident runbook).
const COMMANDS = "set env + rollout restart";

const reads = ({ reads: count }) => (count ? h("span.badge", { title: "Requests that change nothing" }, many(count, "read")) : null);

const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
