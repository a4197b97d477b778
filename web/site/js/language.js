import { element, find, rewrite } from "./dom.js";
import { LANGUAGES, language, onLanguage, setLanguage } from "./locale.js";

/**
 * The choice of the language. It takes effect at once, and nothing on the page is lost.
 *
 * @param {import("./state.js").Store} store its views write their texts anew
 */
export function createLanguageView(store) {
  const select = find("language", HTMLSelectElement);
  const options = Object.entries(LANGUAGES).map(([value, { name, tag }]) =>
    element("option", { value, lang: tag }, name),
  );
  select.append(...options);
  select.value = language;
  document.documentElement.lang = LANGUAGES[language].tag;
  select.addEventListener("change", () => setLanguage(/** @type {import("./locale.js").Language} */ (select.value)));
  onLanguage(() => {
    document.documentElement.lang = LANGUAGES[language].tag;
    rewrite();
    store.set({});
  });
}
