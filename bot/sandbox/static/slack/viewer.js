// Reads a Markdown file; a line that names its evidence leads there.

import { toast } from "../api.js";
import { h, icon } from "../dom.js";
import { below } from "../state.js";
import { reveal } from "./reveal.js";

// INC-1, T-118, M-3f2a91: what the bot calls things. A link into Slack names channel and moment.
const ID = /\b[A-Z]{1,4}-[0-9a-f]{1,8}\b/g;
const ARCHIVE = /\/archives\/(C\w+)\/p(\d{10})(\d{6})/;

/** Open `file` in a dialog. */
export async function openFile(file) {
  const response = await fetch(`/api/files/${encodeURIComponent(file.id)}`);
  const content = await response.json();
  if (!response.ok) return toast(content.error);
  const dialog = h("dialog.dialog.viewer", { "aria-label": file.title || file.name });
  const close = () => dialog.close();
  const paper = h("div.paper");
  // The server rendered it with raw HTML switched off, and the page's policy allows no inline script.
  paper.innerHTML = content.html;
  paper.addEventListener("click", (event) => follow(event, dialog));
  markEvidence(paper);
  dialog.append(
    h("header.viewer-head", {}, icon("file"), h("h2", {}, file.title || file.name),
      h("button.b-button", { type: "button", on: { click: () => save(file, content.text) } }, "Save"),
      h("button.icon-button", { type: "button", "aria-label": "Close", on: { click: close } }, icon("close"))),
    paper);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function markEvidence(paper) {
  for (const anchor of paper.querySelectorAll("a")) {
    anchor.rel = "noopener noreferrer";
    anchor.target = "_blank";
  }
  for (const line of paper.querySelectorAll("li, tr")) {
    const link = [...line.querySelectorAll("a")].find((anchor) => ARCHIVE.test(anchor.href));
    const id = line.textContent.match(ID)?.find(messageNaming);
    if (!link && !id) continue;
    line.classList.add("has-evidence");
    line.dataset.evidence = link?.href ?? id;
    if (link) continue; // the link itself shows where it leads
    const button = h("button.evidence", { type: "button", title: "Show the evidence of this line" }, "evidence");
    (line.querySelector(":scope > p") ?? (line.matches("tr") ? line.lastElementChild : line)).append(" ", button);
  }
}

function follow(event, dialog) {
  const line = event.target.closest("[data-evidence]");
  const isOtherLink = event.target.closest("a") && !ARCHIVE.test(event.target.closest("a").href);
  if (!line || isOtherLink) return;
  event.preventDefault();
  const place = line.dataset.evidence.match(ARCHIVE);
  const found = place ? { channel: place[1], ts: `${place[2]}.${place[3]}` } : messageNaming(line.dataset.evidence);
  dialog.close();
  reveal(found);
}

// The newest message that names an id; its own channel is part of what the server says.
function messageNaming(id) {
  const pattern = new RegExp(`\\b${id}\\b`);
  const message = below("message/").reverse().find((m) => !m.files?.length && pattern.test(JSON.stringify([m.text, m.blocks, m.metadata])));
  return message && { channel: message.channel, ts: message.ts, thread: message.thread_ts };
}

function save(file, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  h("a", { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
