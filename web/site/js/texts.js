/** The texts of the page in the visitor's language. Each language is a file of texts/ with the same names. */
export { labels, texts } from "./texts/en.js";
