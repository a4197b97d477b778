/**
 * Before all else that the page runs: what stands in its HTML is put into the visitor's language, and the first page is not
 * shown to who asked for another one. A script of its own, so that it waits for no other file.
 */
import { LANGUAGES, language } from "./locale.js";

document.documentElement.lang = LANGUAGES[language].tag;
for (const node of document.querySelectorAll(`[data-${language}]`))
  node.textContent = node.getAttribute(`data-${language}`);
const select = document.querySelector("#language");
if (select instanceof HTMLSelectElement) select.value = language;
const main = document.querySelector("main");
if (main && /^#\/(?!train$)./.test(location.hash)) main.hidden = true;
