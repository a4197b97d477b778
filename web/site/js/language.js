import { find, rewrite } from "./dom.js";
import { LANGUAGES, language, onLanguage } from "./locale.js";
import { speak, texts } from "./texts.js";

/**
 * The choice of the language. It takes effect at once, and nothing on the page is lost.
 *
 * @param {import("./state.js").Store} store its views write their texts anew
 * @param {import("./status.js").Status} status
 */
export function createLanguageView(store, status) {
  const select = find("language", HTMLSelectElement);
  select.value = language;
  document.documentElement.lang = LANGUAGES[language].tag;
  select.addEventListener("change", () =>
    speak(/** @type {import("./locale.js").Language} */ (select.value)).catch(() => {
      select.value = language;
      status.fail(() => texts.languageMissing); // no network, or another version is there by now
    }),
  );
  onLanguage(() => {
    document.documentElement.lang = LANGUAGES[language].tag;
    rewrite();
    store.set({});
  });
}
