// One line in the page's head: how the bot itself is. A press shows what it printed.

import { h, icon, replace } from "../dom.js";
import { get, watch } from "../state.js";

const WORDS = {
  ready: "bot running", starting: "bot starting", killed: "bot killed", failed: "bot ended, starting again",
  stopped: "bot stopped", absent: "no bot in this world",
};

/** Fill `place` and keep it true. */
export function showBot(place) {
  const words = h("span", { role: "status" });
  replace(place, h("button.bot-button", { type: "button", title: "Show what the bot printed", on: { click: showLog } }, h("i.dot"), words));
  watch(["world/bot"], () => {
    const { state } = get("world/bot");
    place.dataset.state = state;
    words.textContent = WORDS[state];
  });
}

async function showLog() {
  const { lines } = await (await fetch("/api/log")).json();
  const dialog = h("dialog.dialog.viewer", { "aria-label": "The bot's log" });
  const text = h("pre.log", { tabindex: "0" }, lines.length ? lines.join("\n") : "It printed nothing.");
  dialog.append(
    h("header.viewer-head", {}, icon("file"), h("h2", {}, "The bot's log"),
      h("button.icon-button", { type: "button", "aria-label": "Close", on: { click: () => dialog.close() } }, icon("close"))),
    text);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  text.scrollTop = text.scrollHeight;
}

/** Keep the sum that users and bot spent at the pretend Ideogram in the page's foot. */
export function showSpent(place) {
  watch(["world/spent"], () => {
    place.textContent = `Users and bot spent $${Number(get("world/spent")).toFixed(2)} of pretend money at the pretend Ideogram`;
  });
}
