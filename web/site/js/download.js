import { element } from "./dom.js";

/** @param {Blob} blob @param {string} name of the file */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  // The browser takes the file over some time after the click, and does not say when.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
