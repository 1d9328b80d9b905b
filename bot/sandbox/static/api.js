// What the visitor does, sent to the server; what went wrong is said in a toast.

import { h } from "./dom.js";

const TOAST_MS = 7000;

/** Send one action; answers with the server's JSON, or null when it was refused (and said so). */
export async function act(action, body = {}) {
  try {
    const response = await fetch(`/api/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) toast(answer.error);
    return response.ok ? answer : null;
  } catch {
    toast("The sandbox does not answer. Is it still running in your terminal?");
    return null;
  }
}

/** As `act`, for what goes to the bot through Slack: says when the bot did not take it. */
export async function deliver(action, body) {
  const answer = await act(action, body);
  if (answer && !answer.acked) toast(reason(answer.error));
  return answer;
}

const REASONS = {
  operation_timeout: "Slack says: the app did not respond within 3 seconds.",
  dispatch_failed: "Slack says: the app is not there to take this.",
};

function reason(error) {
  return REASONS[error] ?? `Slack says: this did not work (${error ?? "no answer"}).`;
}

/** Show a line for a few seconds; a click removes it. */
export function toast(text) {
  const note = h("button.toast", { type: "button", on: { click: () => note.remove() } }, text);
  const place = document.getElementById("toasts");
  place.append(note);
  // Shown anew each time, so that it lies above a dialog that was opened meanwhile.
  place.hidePopover();
  place.showPopover();
  setTimeout(() => note.remove(), TOAST_MS);
}
