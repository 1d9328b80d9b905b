// The Deployment and its pods: which revision each runs, whether it is ready, how its switches stand.

import { h, replace } from "../dom.js";
import { get, watch } from "../state.js";

/** Fill `place` and keep it true. */
export function showPods(place) {
  const title = h("h2.card-title");
  const grid = h("ul.pods", { "aria-label": "Pods" });
  const foot = h("p.quiet", { role: "status" });
  replace(place, title, grid, foot);
  watch(["world/deployment"], () => {
    const deployment = get("world/deployment");
    replace(title, get("about")?.deployment ?? "Deployment", h("span.badge", {}, `revision ${deployment.revision ?? "1"}`));
    draw(grid, deployment.pods);
    foot.textContent = state(deployment);
    place.classList.toggle("is-stuck", deployment.stuck);
  });
}

function state({ ready, replicas, updated, total, stuck }) {
  if (stuck) return `The rollout is stuck: ${updated} of ${replicas} pods are new and do not get ready.`;
  if (updated < replicas || total > replicas || ready < replicas) return `Rolling out: ${updated} of ${replicas} new, ${ready} ready.`;
  return `${ready} of ${replicas} pods ready.`;
}

function draw(grid, pods) {
  const names = new Set(pods.map((pod) => pod.name));
  for (const node of [...grid.children]) if (!names.has(node.dataset.name)) node.remove();
  for (const pod of pods) {
    const key = JSON.stringify(pod);
    const known = [...grid.children].find((node) => node.dataset.name === pod.name);
    if (known?.dataset.state === key) continue;
    const node = podNode(pod, key);
    known ? known.replaceWith(node) : grid.append(node);
    if (known) node.classList.add("known");
  }
}

// Short, because five pods stand side by side during a rollout.
const mark = (sign, words) => [h("span", { "aria-hidden": "true" }, sign), h("span.sr", {}, words)];

function podNode(pod, key) {
  const { IDEOGRAM_FALLBACK: fallback, IDEOGRAM_ENABLED: enabled, IDEOGRAM_CONCURRENCY: concurrency } = pod.switches;
  const isBad = pod.image.includes("bad");
  const isKnown = concurrency !== null; // before its start nobody knows how a pod's switches stand
  return h(`li.pod${pod.ready ? "" : ".starting"}${isBad ? ".bad" : ""}`, { title: `${pod.name}\n${pod.image}`, data: { name: pod.name, state: key } },
    h("p.pod-name", {}, h("i.dot", {}), pod.short),
    isKnown ? h(`p.switch${fallback === "true" ? ".on" : ""}`, { title: `IDEOGRAM_FALLBACK=${fallback}` }, "fallback ", fallback === "true" ? mark("✓", "on") : mark("–", "off")) : h("p.switch", {}, "starting"),
    enabled === "false" ? h("p.switch.on", {}, "images off") : null,
    isKnown ? h(`p.switch${concurrency === "8" ? "" : ".on"}`, {}, `${concurrency} at once`) : null,
    isBad ? h("p.switch.wrong", {}, "bad release") : null,
    pod.ready || !isKnown ? null : h("span.sr", {}, "starting"));
}
