/** The language that the page speaks: as chosen here before, else as the browser is set up, else English. */

/** @typedef {"en" | "fr" | "zh"} Language */

/** Each by its own name, and by its tag for `lang` and for numbers and dates. @type {Record<Language, { name: string, tag: string }>} */
export const LANGUAGES = {
  en: { name: "English", tag: "en-GB" },
  fr: { name: "Français", tag: "fr" },
  zh: { name: "简体中文", tag: "zh-Hans" },
};

const KEY = "pyclassifier-language";

/** @type {(() => void)[]} */
const listeners = [];

/** @type {Language} */
export let language = stored() ?? preferred();

/** @param {Language} wanted from now on, also at the next visit */
export function setLanguage(wanted) {
  language = wanted;
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // No storage in this window: the choice holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

/** @param {() => void} listener called after each change; those that came first hear of it first */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** @param {unknown} name @returns {name is Language} */
function isLanguage(name) {
  return typeof name === "string" && Object.hasOwn(LANGUAGES, name);
}

/** @returns {Language | undefined} */
function stored() {
  try {
    const name = localStorage.getItem(KEY);
    return isLanguage(name) ? name : undefined;
  } catch {
    return undefined; // storage is forbidden here
  }
}

/** @returns {Language} the first of the browser's languages that is there */
function preferred() {
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}
