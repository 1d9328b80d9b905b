// Leads the visitor to one message, wherever it is, and lights it up.

import { toast } from "../api.js";
import { get, go } from "../state.js";

/** Go to the message {channel, ts}; opens its thread when it is a reply. */
export function reveal({ channel, ts }) {
  const message = get(`message/${channel}/${ts}`);
  if (!message) return toast("That message is not here any more.");
  const isReply = message.thread_ts && message.thread_ts !== ts;
  document.body.dataset.tab = "slack";
  go({ channel, thread: isReply ? message.thread_ts : null });
  // One frame later than the list, which scrolls to its end when it comes into sight.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const node = document.querySelector(`${isReply ? "#thread" : "#conversation"} [data-ts="${CSS.escape(ts)}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.focus({ preventScroll: true });
    node?.classList.add("lit");
    setTimeout(() => node?.classList.remove("lit"), 2500);
  }));
}
