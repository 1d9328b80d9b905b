// One line in the page's head: how the bot itself is.

import { h, replace } from "../dom.js";
import { get, watch } from "../state.js";

const WORDS = {
  ready: "bot running", starting: "bot starting", killed: "bot killed", failed: "bot ended, starting again",
  stopped: "bot stopped", absent: "no bot in this world",
};

/** Fill `place` and keep it true. */
export function showBot(place) {
  watch(["world/bot"], () => {
    const bot = get("world/bot");
    place.dataset.state = bot.state;
    place.title = bot.log?.join("\n") ?? "";
    replace(place, h("i.dot", {}), h("span", {}, WORDS[bot.state]));
  });
}

/** Keep the sum spent at the pretend Ideogram in the page's foot. */
export function showSpent(place) {
  watch(["world/spent"], () => {
    place.textContent = `$${Number(get("world/spent")).toFixed(2)} of pretend money at Ideogram`;
  });
}
