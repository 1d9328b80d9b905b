// The fields of a modal: how each is drawn, and what Slack's `view.state.values` holds for it.

import { h } from "../dom.js";
import { get } from "../state.js";
import { mrkdwn, plain } from "./mrkdwn.js";

/** One input block as a labelled field; `kept` is what the person typed before a redraw. */
export function field(block, kept) {
  const item = block.element;
  const id = `field-${block.block_id}-${item.action_id}`;
  const draw = FIELDS[item.type];
  const control = draw ? draw(item, id, kept) : h("p.unknown-block", {}, `A field of type ${item.type}, which this page does not draw.`);
  const isGroup = item.type === "checkboxes" || item.type === "radio_buttons";
  const label = [...plain(block.label.text), block.optional ? h("small", {}, " (optional)") : null];
  return h(isGroup ? "fieldset.field" : "div.field", { data: { block: block.block_id, action: item.action_id, type: item.type } },
    isGroup ? h("legend", {}, label) : h("label", { for: id }, label),
    control,
    block.hint ? h("p.hint", { id: `${id}-hint` }, plain(block.hint.text)) : null,
    h("p.field-error", { role: "alert", hidden: true }));
}

/** What all fields below `form` hold: {block_id: {action_id: {...}}}. */
export function valuesOf(form, view) {
  const values = {};
  for (const block of view.blocks.filter((b) => b.type === "input")) {
    const place = form.querySelector(`[data-block="${CSS.escape(block.block_id)}"]`);
    if (!place) continue;
    (values[block.block_id] ??= {})[block.element.action_id] = READ[block.element.type]?.(place, block.element) ?? { type: block.element.type };
  }
  return values;
}

const textField = (item, id, kept) => {
  const attributes = { id, placeholder: item.placeholder?.text, maxlength: item.max_length, minlength: item.min_length, autofocus: item.focus_on_load };
  const value = kept?.value ?? item.initial_value ?? "";
  return item.multiline ? h("textarea", { ...attributes, rows: "2", value }) : h("input", { ...attributes, type: "text", value });
};

const allOptions = (item) => item.options ?? item.option_groups?.flatMap((group) => group.options) ?? [];

function select(item, id, chosen, isMultiple) {
  const isChosen = (option) => chosen.some((one) => one?.value === option.value);
  return h("select", { id, multiple: isMultiple },
    isMultiple ? null : h("option", { value: "", selected: !chosen.some(Boolean) }, item.placeholder?.text ?? "Choose"),
    allOptions(item).map((option, index) => h("option", { value: index, selected: isChosen(option) }, plain(option.text.text))));
}

function idSelect(item, id, chosen, all) {
  return h("select", { id }, h("option", { value: "", selected: !chosen }, item.placeholder?.text ?? "Choose"),
    all.map((one) => h("option", { value: one.id, selected: one.id === chosen }, one.name)));
}

function choices(item, id, chosen, type) {
  return h("div.choices", {}, allOptions(item).map((option, index) => h("label.choice", {},
    h("input", { type, name: id, value: index, checked: chosen.some((one) => one?.value === option.value) }),
    h("span", {}, option.text.type === "mrkdwn" ? mrkdwn(option.text.text) : plain(option.text.text),
      option.description ? h("small", {}, plain(option.description.text)) : null))));
}

const FIELDS = {
  plain_text_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  number_input: (item, id, kept) => h("input", { id, type: "number", step: item.is_decimal_allowed ? "any" : "1", value: kept?.value ?? item.initial_value ?? "" }),
  static_select: (item, id, kept) => select(item, id, [kept ? kept.selected_option : item.initial_option], false),
  multi_static_select: (item, id, kept) => select(item, id, kept?.selected_options ?? item.initial_options ?? [], true),
  radio_buttons: (item, id, kept) => choices(item, id, [kept ? kept.selected_option : item.initial_option], "radio"),
  checkboxes: (item, id, kept) => choices(item, id, kept?.selected_options ?? item.initial_options ?? [], "checkbox"),
  users_select: (item, id, kept) => idSelect(item, id, kept?.selected_user ?? item.initial_user, get("about").users),
  channels_select: (item, id, kept) => idSelect(item, id, kept?.selected_channel ?? item.initial_channel, get("about").channels),
  conversations_select: (item, id, kept) => idSelect(item, id, kept?.selected_conversation ?? item.initial_conversation, get("about").channels),
};

const typed = (place, item) => ({ type: item.type, value: place.querySelector("input, textarea").value || null });
const picked = (place, item) => [...place.querySelectorAll("option:checked, input:checked")].map((one) => allOptions(item)[Number(one.value)]).filter((option, index, all) => option && all.indexOf(option) === index);
const single = (place, item) => ({ type: item.type, selected_option: place.querySelector("select")?.value === "" ? null : picked(place, item)[0] ?? null });
const several = (place, item) => ({ type: item.type, selected_options: picked(place, item) });
const byId = (name) => (place, item) => ({ type: item.type, [name]: place.querySelector("select").value || null });

const READ = {
  plain_text_input: typed, email_text_input: typed, url_text_input: typed, number_input: typed,
  static_select: single, radio_buttons: single, multi_static_select: several, checkboxes: several,
  users_select: byId("selected_user"), channels_select: byId("selected_channel"), conversations_select: byId("selected_conversation"),
};
