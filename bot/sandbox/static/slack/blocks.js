// Block Kit as elements. What a person does in them goes to `doing` ({press(element, block, option)}).

import { h, icon } from "../dom.js";
import { openMenu } from "../menu.js";
import { confirmed } from "./confirm.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** All blocks of one message or view. */
export const blocks = (list, doing) => (list ?? []).map((block) => one(block, doing));

/** A text object (plain_text or mrkdwn) as nodes. */
export const text = (object) => (object ? (object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text)) : []);

function one(block, doing) {
  const draw = BLOCKS[block.type];
  return draw ? draw(block, doing) : h("p.unknown-block", {}, `A block of type ${block.type}, which this page does not draw.`);
}

const BLOCKS = {
  header: (block) => h("h3.b-header", {}, text(block.text)),
  divider: () => h("hr.b-divider"),
  section: (block, doing) => h("div.b-section", {},
    h("div.b-text", {}, text(block.text), fields(block)),
    block.accessory ? h("div.b-accessory", {}, element(block.accessory, block, doing)) : null),
  context: (block) => h("div.b-context", {}, block.elements.map((item) => (item.type === "image" ? image(item, "img.b-tiny") : h("span", {}, text(item))))),
  actions: (block, doing) => h("div.b-actions", {}, block.elements.map((item) => element(item, block, doing))),
  image: (block) => h("figure.b-image", {}, block.title ? h("figcaption", {}, text(block.title)) : null, image(block, "img")),
  rich_text: (block) => h("div.b-rich", {}, richText(block)),
  markdown: (block) => h("div.b-text", {}, mrkdwn(block.text)),
  alert: (block) => h(`div.b-alert.b-alert-${block.level ?? "default"}`, { role: "note" }, text(block.text)),
  table: (block) => h("div.b-table", {}, h("table", {}, block.rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell.type === "rich_text" ? richText(cell) : plain(cell.text ?? ""))))))),
};

function fields(block) {
  return block.fields ? h("div.b-fields", {}, block.fields.map((field) => h("div", {}, text(field)))) : null;
}

function image(item, selector) {
  return h(selector, { src: item.image_url, alt: item.alt_text, loading: "lazy" });
}

function element(item, block, doing) {
  const draw = ELEMENTS[item.type];
  return draw ? draw(item, block, doing) : h("span.unknown-block", {}, item.type);
}

const keyOf = (item, block) => `${block.block_id ?? ""}/${item.action_id ?? item.type}`;

const ELEMENTS = {
  button: (item, block, doing) => h(`button.b-button${item.style ? `.${item.style}` : ""}`, {
    type: "button",
    data: { key: keyOf(item, block), action: item.action_id },
    "aria-label": item.accessibility_label,
    on: { click: (event) => press(event.currentTarget, item, block, doing) },
  }, text(item.text)),
  overflow: (item, block, doing) => {
    const open = (event) => {
      const button = event.currentTarget;
      openMenu(button, item.options.map((option) => ({
        label: plain(option.text.text)[0],
        onPick: () => press(button, item, block, doing, option),
      })), "More actions");
    };
    return h("button.b-button.b-overflow", { type: "button", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false", data: { key: keyOf(item, block), action: item.action_id }, on: { click: open } }, icon("more"));
  },
  static_select: (item, block, doing) => {
    const all = item.options ?? item.option_groups?.flatMap((group) => group.options) ?? [];
    const pick = (event) => {
      const chosen = all[Number(event.currentTarget.value)];
      if (chosen) press(event.currentTarget, item, block, doing, chosen);
    };
    return h("select.b-select", { "aria-label": item.placeholder?.text ?? "Choose", data: { key: keyOf(item, block), action: item.action_id }, on: { change: pick } },
      h("option", { value: "", selected: !item.initial_option }, item.placeholder?.text ?? "Choose"),
      all.map((option, index) => h("option", { value: index, selected: option.value === item.initial_option?.value }, plain(option.text.text))));
  },
  image: (item) => image(item, "img.b-thumb"),
};

async function press(button, item, block, doing, option) {
  if (button.getAttribute("aria-busy") === "true") return;
  if (!(await confirmed(option?.confirm ?? item.confirm))) return;
  button.setAttribute("aria-busy", "true");
  try {
    await doing.press(item, block, option);
  } finally {
    button.removeAttribute("aria-busy");
  }
}
