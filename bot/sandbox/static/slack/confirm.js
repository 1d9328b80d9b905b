// The question Slack asks before a button acts.

import { h } from "../dom.js";
import { text } from "./blocks.js";

/** Ask; resolves to whether the person agreed. Esc and Cancel are no. */
export function confirmed(question) {
  if (!question) return Promise.resolve(true);
  return new Promise((resolve) => {
    const dialog = h("dialog.dialog.confirm", { "aria-labelledby": "confirm-title" });
    const answer = (isYes) => () => dialog.close(isYes ? "yes" : "no");
    dialog.append(
      h("h2", { id: "confirm-title" }, text(question.title)),
      h("div.dialog-body.pre-line", {}, text(question.text)),
      h("div.dialog-actions", {},
        h("button.b-button", { type: "button", on: { click: answer(false) } }, text(question.deny)),
        h(`button.b-button.${question.style ?? "primary"}`, { type: "button", autofocus: true, data: { confirm: "yes" }, on: { click: answer(true) } }, text(question.confirm))),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
