/** Python's sentences, which are English, in the visitor's language where that has them. */
import { element } from "./dom.js";
import { decimal } from "./format.js";
import { LANGUAGES, language } from "./locale.js";
import { sentences } from "./texts.js";

/** @typedef {import("./calls.js").Coded} Coded */

/**
 * A sentence for the page: in the visitor's language, else marked as English, so that it is read aloud as what it is.
 *
 * @param {string} english
 * @param {Coded} coded
 */
export function sentence(english, coded) {
  const tag = () => LANGUAGES[templateOf(coded) ? language : "en"].tag;
  return element("span", { lang: tag }, () => say(english, coded));
}

/**
 * Its words alone.
 *
 * @param {string} english
 * @param {Coded} coded
 * @returns {string}
 */
export function say(english, coded) {
  const template = templateOf(coded);
  return template ? template.replace(/\{(\w+)\}/g, (_, name) => write(coded.values?.[name])) : english;
}

/** @param {Coded} coded @returns {string | undefined} */
function templateOf({ code }) {
  return code && sentences[code];
}

/** @param {import("./calls.js").Value | undefined} value @returns {string} */
function write(value) {
  if (typeof value === "number") return decimal(value, Number.isInteger(value) ? 0 : 2);
  if (Array.isArray(value)) return value.map(write).join(", ");
  return typeof value === "object" ? say(value.text, value) : String(value);
}
