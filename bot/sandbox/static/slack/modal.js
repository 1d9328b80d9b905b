// The modal the bot opened for this person: the top one of the stack, submitted and closed as Slack does.

import { act, deliver } from "../api.js";
import { h, icon } from "../dom.js";
import { below, here, watch } from "../state.js";
import { blocks, text } from "./blocks.js";
import { field, valuesOf } from "./inputs.js";

let open = null;

/** Keep the dialog equal to what the server says is open. */
export function showModals() {
  watch(["view/", "here"], () => {
    const view = below(`view/${here.user}/`).at(-1);
    if (open && open.view.id !== view?.id) shut();
    if (view && open && JSON.stringify(open.view) !== JSON.stringify(view)) fill(open, view);
    if (view && !open) start(view);
  });
}

function start(view) {
  const dialog = h("dialog.dialog.modal", { "aria-labelledby": "modal-title" });
  open = { dialog, view, kept: {} };
  fill(open, view);
  // Esc is the person's choice to close: the server is told, and answers by dropping the view.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dismiss();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function shut() {
  open.dialog.close();
  open.dialog.remove();
  open = null;
}

const dismiss = () => act("close", { user: here.user, view: open.view.id });

function fill(current, view) {
  const form = h("form", { novalidate: true, on: { submit: (event) => submit(event, current) } });
  const before = current.form && current.view.id === view.id ? valuesOf(current.form, current.view) : {};
  current.view = view;
  current.form = form;
  const doing = {
    press: async (element, block, option) => {
      await deliver("click-in-view", { user: here.user, view: view.id, action_id: element.action_id, block_id: block.block_id, option: option?.value });
    },
  };
  form.append(
    h("header.dialog-head", {}, h("h2", { id: "modal-title" }, text(view.title)),
      h("button.icon-button", { type: "button", "aria-label": "Close", on: { click: dismiss } }, icon("close"))),
    h("div.dialog-body", {}, view.blocks.map((block) => (block.type === "input" ? field(block, before[block.block_id]?.[block.element.action_id]) : blocks([block], doing)))),
    h("div.dialog-actions", {},
      h("button.b-button", { type: "button", on: { click: dismiss } }, view.close ? text(view.close) : "Close"),
      view.submit ? h("button.b-button.primary", { type: "submit", data: { key: "submit" } }, text(view.submit)) : null));
  current.dialog.replaceChildren(form);
}

async function submit(event, current) {
  event.preventDefault();
  const form = current.form;
  showErrors(form, missing(form, current.view));
  if (form.querySelector(".field-error:not([hidden])")) return;
  const button = form.querySelector("[type=submit]");
  button.setAttribute("aria-busy", "true");
  const answer = await deliver("submit", { user: here.user, view: current.view.id, values: valuesOf(form, current.view) });
  button.removeAttribute("aria-busy");
  if (answer?.response?.response_action === "errors") showErrors(form, answer.response.errors);
}

// Slack itself asks for what is not optional, before the app hears of it.
function missing(form, view) {
  const values = valuesOf(form, view);
  const empty = view.blocks.filter((block) => block.type === "input" && !block.optional).filter((block) => {
    const { type, ...value } = values[block.block_id]?.[block.element.action_id] ?? {};
    return Object.values(value).every((one) => one === null || one.length === 0);
  });
  return Object.fromEntries(empty.map((block) => [block.block_id, "Please complete this required field."]));
}

function showErrors(form, errors) {
  for (const place of form.querySelectorAll(".field")) {
    const words = errors[place.dataset.block];
    const line = place.querySelector(".field-error");
    const control = place.querySelector("input, textarea, select");
    line.hidden = !words;
    line.textContent = words ?? "";
    control?.setAttribute("aria-invalid", String(Boolean(words)));
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
}
