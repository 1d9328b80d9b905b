// A tiny landscape per picture: the same seed always draws the same one. It stands for what a user got.

const NS = "http://www.w3.org/2000/svg";
const SKIES = [["#ffd9a0", "#f08a8a"], ["#bfe3f7", "#7fb2ec"], ["#e2d4f7", "#9a8fe0"], ["#fbe3c5", "#f5b46a"], ["#cdeee0", "#6fc0b0"], ["#f7cfe0", "#c988c7"]];
const HILLS = ["#2f5d62", "#3c4f76", "#5a4a78", "#6b5344", "#2f6f4f", "#48506b"];

let lastId = 0;

/** An SVG of 32 x 32 drawn from `seed`. */
export function landscape(seed) {
  const random = dice(seed);
  const [high, low] = SKIES[Math.floor(random() * SKIES.length)];
  const hill = HILLS[Math.floor(random() * HILLS.length)];
  const id = `sky-${(lastId += 1)}`;
  const gradient = shape("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, shape("stop", { "stop-color": low }), shape("stop", { offset: 1, "stop-color": high }));
  return shape("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" },
    gradient,
    shape("rect", { width: 32, height: 32, fill: `url(#${id})` }),
    shape("circle", { cx: 6 + random() * 20, cy: 6 + random() * 9, r: 2.5 + random() * 2, fill: "#fff6df" }),
    shape("path", { d: ridge(random, 17, 6), fill: hill, opacity: 0.55 }),
    shape("path", { d: ridge(random, 23, 5), fill: hill }));
}

function ridge(random, base, height) {
  const points = [0, 8, 16, 24, 32].map((x) => `${x} ${(base + (random() - 0.5) * height * 2).toFixed(1)}`);
  return `M0 32 L${points.join(" L")} L32 32 Z`;
}

function shape(name, attributes, ...children) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function dice(text) {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
