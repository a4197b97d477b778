/**
 * The texts of the page in the visitor's language. Each language is a file of texts/ with the same names. What is
 * imported from here follows the language, so take a text when it is shown; `Text` in dom.js keeps shown ones up to date.
 */
import { language, onLanguage } from "./locale.js";
import * as en from "./texts/en.js";
import * as fr from "./texts/fr.js";
import * as zh from "./texts/zh.js";

/** @type {Record<import("./locale.js").Language, { labels: typeof en.labels, texts: typeof en.texts, sentences: typeof en.sentences }>} */
const ALL = { en, fr, zh };

export let { labels, texts, sentences } = ALL[language];

onLanguage(() => ({ labels, texts, sentences } = ALL[language]));
