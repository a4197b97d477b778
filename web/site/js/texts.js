/**
 * The texts of the page in the visitor's language. Each language is a file of texts/ with the same names, and is fetched
 * when it is spoken. What is imported from here follows the language, so take a text when it is shown; `Text` in dom.js
 * keeps shown ones up to date.
 */
import { language, setLanguage } from "./locale.js";

/** @typedef {import("./locale.js").Language} Language */
/** @typedef {Pick<typeof import("./texts/en.js"), "labels" | "texts" | "sentences">} Texts */

/** @type {Record<Language, () => Promise<Texts>>} */
const FETCH = {
  en: () => import("./texts/en.js"),
  fr: () => import("./texts/fr.js"),
  zh: () => import("./texts/zh.js"),
};

export let { labels, texts, sentences } = await FETCH[language]();

let latest = language;

/** @param {Language} wanted what the page speaks from now on, unless its texts cannot be had, or another is wanted meanwhile */
export async function speak(wanted) {
  latest = wanted;
  const fetched = await FETCH[wanted]();
  if (latest !== wanted) return;
  ({ labels, texts, sentences } = fetched);
  setLanguage(wanted);
}
