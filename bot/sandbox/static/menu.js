// A small menu that opens below a button: arrow keys move, Esc and a click elsewhere close.

import { h } from "./dom.js";

const GAP = 4;

/** Open `items` ({label, hint?, heading?, onPick}) below `button`; an item without onPick is a heading; `look` is one more class. */
export function openMenu(button, items, label, look = "") {
  const menu = h(`div.menu${look ? `.${look}` : ""}`, { role: "menu", popover: "auto", "aria-label": label });
  for (const item of items) menu.append(item.onPick ? entry(item, menu) : h("p.menu-heading", { role: "presentation" }, item.heading));
  menu.addEventListener("keydown", (event) => move(event, menu));
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState === "closed") menu.remove();
  });
  document.body.append(menu);
  menu.showPopover();
  place(menu, button);
  menu.querySelector("button")?.focus();
}

function entry(item, menu) {
  const pick = () => {
    menu.hidePopover();
    item.onPick();
  };
  return h("button.menu-item", { role: "menuitem", type: "button", on: { click: pick } },
    h("span", {}, item.label), item.hint ? h("small", {}, item.hint) : null);
}

function move(event, menu) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll("button")];
  const next = entries.indexOf(document.activeElement) + step;
  entries[(next + entries.length) % entries.length].focus();
}

function place(menu, button) {
  const box = button.getBoundingClientRect();
  // A button at the right of its column opens to the left, over its own column.
  const left = box.left > innerWidth / 2 ? box.right - menu.offsetWidth : box.left;
  const isRoomBelow = box.bottom + menu.offsetHeight + GAP < innerHeight;
  const top = isRoomBelow ? box.bottom + GAP : Math.max(8, box.top - menu.offsetHeight - GAP);
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${top}px`;
}
