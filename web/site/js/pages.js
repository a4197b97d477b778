import { find } from "./dom.js";
import { labels, texts } from "./texts.js";

/** @typedef {"train" | "recognise" | "digits" | "logos"} PageName */

/** Addresses are "#/name": none of them is an element's id, to which the browser would jump. @type {PageName[]} */
const NAMES = ["train", "recognise", "digits", "logos"];

/** @returns {PageName} what the address says; the first page for anything else */
export function currentPage() {
  return NAMES.find((name) => location.hash === `#/${name}`) ?? NAMES[0];
}

/**
 * The pages of the site, which share one document, one worker and one status line. One is shown at a time.
 *
 * @param {(name: PageName) => void} onShow called at once, and after every change
 */
export function createPages(onShow) {
  const mains = new Map(NAMES.map((name) => [name, find(`page-${name}`, HTMLElement)]));
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("nav a[data-page]"));

  function show() {
    const current = currentPage();
    for (const [name, main] of mains) main.hidden = name !== current;
    for (const link of links) {
      if (link.dataset.page === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = current === NAMES[0] ? labels.product : `${texts.pageName(current)} · ${labels.product}`;
    onShow(current);
  }

  window.addEventListener("hashchange", () => {
    show();
    const heading = mains.get(currentPage())?.querySelector("h2");
    heading?.setAttribute("tabindex", "-1"); // so that the keyboard and screen readers go on in the new page
    heading?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  });
  show();
}
