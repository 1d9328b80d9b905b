// The box to write into. A slash completes the bot's commands.

import { deliver, toast } from "../api.js";
import { h, icon, replace } from "../dom.js";
import { channelName, get, here, watch } from "../state.js";

let lastId = 0;

/** A box that writes to the channel, or with `isThread` to the thread the visitor opened; `onSend` hears of each line. */
export function composer({ isThread, onSend }) {
  const listId = `completion-${(lastId += 1)}`;
  const list = h("ul.completion", { id: listId, role: "listbox", "aria-label": "Commands", hidden: true });
  const input = h("textarea", { rows: "1", role: "combobox", "aria-expanded": "false", "aria-controls": listId, "aria-autocomplete": "list", maxlength: "4000", enterkeyhint: "send" });
  const send = h("button.icon-button.send", { type: "submit", "aria-label": "Send" }, icon("send"));
  const form = h("form.composer", {}, list, input, send);
  const box = { input, list, chosen: 0, found: [], isThread, onSend };
  input.addEventListener("input", () => suggest(box));
  input.addEventListener("keydown", (event) => onKey(event, box, form));
  input.addEventListener("blur", () => setTimeout(() => hide(box), 150));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(box);
  });
  watch(["here", "about"], () => {
    const label = isThread ? "Reply in this thread" : `Message #${channelName(here.channel)}, or / for commands`;
    input.placeholder = label;
    input.setAttribute("aria-label", label);
  });
  return form;
}

function suggest(box) {
  const typed = box.input.value;
  const isCommand = !box.isThread && /^\/\S*( \S*)?$/.test(typed);
  const word = typed.replace(/^\/(ideogram)? ?/, "").toLowerCase();
  const isOurs = "/ideogram".startsWith(typed.split(" ")[0]) || typed.startsWith("/ideogram");
  box.found = isCommand && isOurs ? (get("about")?.commands ?? []).filter((c) => c.name.startsWith(isPartOfName(typed) ? "" : word)) : [];
  box.chosen = 0;
  draw(box);
}

const isPartOfName = (typed) => !typed.includes(" ");

function draw(box) {
  const isOpen = box.found.length > 0;
  box.list.hidden = !isOpen;
  box.input.setAttribute("aria-expanded", String(isOpen));
  replace(box.list, box.found.map((command, index) => h("li", {
    id: `${box.list.id}-${index}`, role: "option", "aria-selected": String(index === box.chosen),
    on: { mousedown: (event) => { event.preventDefault(); take(box, index); } },
  }, h("b", {}, `/ideogram ${command.name}`), h("code", {}, command.hint), h("span", {}, command.what))));
  if (isOpen) {
    box.input.setAttribute("aria-activedescendant", `${box.list.id}-${box.chosen}`);
    box.list.children[box.chosen]?.scrollIntoView({ block: "nearest" });
  } else {
    box.input.removeAttribute("aria-activedescendant");
  }
}

function hide(box) {
  box.found = [];
  draw(box);
}

function take(box, index) {
  box.input.value = `/ideogram ${box.found[index].name} `;
  box.input.focus();
  hide(box);
}

function onKey(event, box, form) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isOpen = box.found.length > 0;
  if (isOpen && step) {
    event.preventDefault();
    box.chosen = (box.chosen + step + box.found.length) % box.found.length;
    draw(box);
  } else if (isOpen && (event.key === "Tab" || (event.key === "Enter" && !isWhole(box)))) {
    event.preventDefault();
    take(box, box.chosen);
  } else if (isOpen && event.key === "Escape") {
    event.preventDefault();
    hide(box);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
}

// "/ideogram triage" is whole: Enter sends it. "/ideo" is not: Enter completes it.
function isWhole(box) {
  return box.found.some((command) => box.input.value.trim() === `/ideogram ${command.name}`);
}

async function submit(box) {
  const text = box.input.value.trim();
  if (!text) return;
  box.input.value = "";
  hide(box);
  box.onSend();
  const where = { user: here.user, channel: here.channel };
  if (text === "/ideogram" || text.startsWith("/ideogram ")) {
    if (box.isThread) toast("Slack does not run slash commands in threads. Use the channel's box.");
    else await deliver("command", { ...where, text: text.slice("/ideogram".length).trim() });
  } else if (text.startsWith("/")) {
    toast(`${text.split(" ")[0]} is not a command of this workspace. Try /ideogram help.`);
  } else {
    await deliver("say", { ...where, text, thread_ts: box.isThread ? here.thread : null });
  }
}
