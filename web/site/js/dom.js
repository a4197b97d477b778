import { labels } from "./texts.js";

/** A function is asked again when the language changes, so that what is on the page follows. @typedef {string | (() => string)} Text */

/** The functions behind what is on the page: of a text node, or of an element's attributes. @type {WeakMap<Node, Map<string, () => string>>} */
const sources = new WeakMap();

/**
 * The element with this id, which the page cannot do without.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function find(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`Expected a ${type.name} with id "${id}" on the page`);
  return found;
}

/**
 * What finds the elements of one page: their ids begin with its prefix.
 *
 * @param {string} prefix
 * @returns {typeof find}
 */
export function finder(prefix) {
  return (id, type) => find(prefix + id, type);
}

/**
 * A new element. Attributes that are undefined are left out; children that are texts become text, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Text | undefined>} [attributes]
 * @param {...(Node | Text)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) writeAttribute(made, name, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : textNode(child))));
  return made;
}

/** @param {Element} node @param {...Text} parts all that it holds from now on */
export function write(node, ...parts) {
  node.replaceChildren(...parts.map(textNode));
}

/** @param {Element} node @param {string} name @param {Text} value */
export function writeAttribute(node, name, value) {
  if (typeof value === "function") sources.set(node, (sources.get(node) ?? new Map()).set(name, value));
  else sources.get(node)?.delete(name);
  node.setAttribute(name, textOf(value));
}

/** @param {Text} text */
function textNode(text) {
  const node = document.createTextNode(textOf(text));
  if (typeof text === "function") sources.set(node, new Map([["", text]]));
  return node;
}

/** @param {Text} text @returns {string} */
export function textOf(text) {
  return typeof text === "function" ? text() : text;
}

/** Write all texts of the page anew, in the language that is now chosen. */
export function rewrite() {
  fillLabels();
  const nodes = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const node = nodes.currentNode;
    for (const [name, text] of sources.get(node) ?? []) {
      if (node instanceof Element) node.setAttribute(name, text());
      else node.textContent = text();
    }
  }
}

/**
 * Fill in the fixed texts: `data-text` is an element's text, `data-label` its accessible name, `data-placeholder` what
 * stands in an empty field.
 *
 * @param {ParentNode} [root]
 */
export function fillLabels(root = document) {
  for (const node of root.querySelectorAll("[data-text]")) {
    node.textContent = lookUp(node.getAttribute("data-text"));
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", lookUp(node.getAttribute("data-label")));
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) {
    node.setAttribute("placeholder", lookUp(node.getAttribute("data-placeholder")));
  }
}

/** @param {string | null} key */
function lookUp(key) {
  const label = /** @type {Record<string, string>} */ (labels)[key ?? ""];
  if (label === undefined) throw new Error(`No text for "${key}" in texts.js`);
  return label;
}

/** Let the browser paint and answer. A timer, because animation frames stand still in tabs that are not seen. */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Make and append many nodes without blocking the page.
 *
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => Node} make
 * @param {number} [chunk]
 */
export async function appendInChunks(parent, items, make, chunk = 40) {
  for (let start = 0; start < items.length; start += chunk) {
    if (start > 0) await pause();
    const fragment = document.createDocumentFragment();
    for (const item of items.slice(start, start + chunk)) fragment.append(make(item));
    parent.append(fragment);
  }
}

/**
 * A bar whose length is a share of the whole. For the eye only: the number stands beside it as text.
 *
 * @param {number} share 0 to 1
 */
export function bar(share) {
  const made = element("span", { class: "bar", "aria-hidden": "true" });
  made.style.setProperty("--share", String(share));
  return made;
}

/** @param {HTMLProgressElement} progress @param {number} done @param {number} total 0 for "not known" */
export function setProgress(progress, done, total) {
  if (total > 0) {
    progress.max = total;
    progress.value = done;
  } else {
    progress.removeAttribute("value");
  }
}
