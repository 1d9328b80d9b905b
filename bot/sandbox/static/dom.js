// Builds elements. Text always becomes a text node, so nothing that people wrote can become markup.

/**
 * Make an element: h("a.link", {href: "/"}, "text", child).
 * Attributes: `on` is {event: listener}, `data` a dataset, true/false/null switch an attribute.
 */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "data") {
    Object.assign(element.dataset, value);
  } else if (name === "value" || name === "checked" || name === "selected") {
    element[name] = value;
  } else if (value === true) {
    element.setAttribute(name, "");
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, value);
  }
}

/** Replace what is inside `parent`; the focus stays on the element with the same data-key. */
export function replace(parent, ...children) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (focused) parent.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** A small drawing: paths of a 20 x 20 grid, drawn with the colour of the text. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const PATHS = {
  bolt: "M11 2 4 11.500h5L8 18l8-10h-5.500z",
  repair: "M4 10.500 8 14.500 16 6",
  down: "M5 8l5 5 5-5",
  eye: "M2.500 10S5.500 5 10 5s7.500 5 7.500 5-3 5-7.500 5-7.500-5-7.500-5M10 8.200v3.600M8.200 10h3.600",
  file: "M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500M8 10h4.500M8 13h4.500",
  send: "M3 10 17 3.500 12.500 17l-3-5.500z",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4l-6 6 6 6",
  more: "M4.500 10h.1M10 10h.1M15.500 10h.1",
  dice: "M4 4h12v12H4zM7.500 7.500v.1M12.500 12.500v.1M12.500 7.500v.1M7.500 12.500v.1M10 10v.1",
};

/** A moment as people read it here, e.g. "03:04". */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
