/** Python's sentences, which are English, in the visitor's language where that knows them. */
import { element } from "./dom.js";
import { LANGUAGES, language } from "./locale.js";
import { sentences } from "./texts.js";

/**
 * A sentence of Python's for the page: translated, else marked as English, so that it is read aloud as what it is.
 *
 * @param {string} english
 */
export function sentence(english) {
  const tag = () => LANGUAGES[translated(english) === null ? "en" : language].tag;
  return element("span", { lang: tag }, () => translated(english) ?? english);
}

/** @param {string} english @returns {string | null} */
function translated(english) {
  for (const [pattern, translation] of Object.entries(sentences)) {
    const found = toRegExp(pattern).exec(english);
    if (!found) continue;
    const [, path, ...values] = found;
    const said = translation.replace(/\{(\d)\}/g, (_, position) => values[Number(position)]);
    return path === undefined ? said : `${path}: ${said}`;
  }
  return null;
}

/** @type {Map<string, RegExp>} */
const compiled = new Map();

/** @param {string} pattern a sentence with {} for what varies, perhaps after the file that it is about @returns {RegExp} */
function toRegExp(pattern) {
  const escaped = pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll("{}", "(.*?)");
  const made = compiled.get(pattern) ?? new RegExp(`^(?:(.+?): )?${escaped}$`, "s");
  compiled.set(pattern, made);
  return made;
}
