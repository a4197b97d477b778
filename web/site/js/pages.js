import { element, fillLabels, find, write } from "./dom.js";
import { labels } from "./texts.js";

/** @typedef {"train" | "recognise" | "digits" | "logos"} PageName */

/** Addresses are "#/name": none of them is an element's id, to which the browser would jump. @type {PageName[]} */
const NAMES = ["train", "recognise", "digits", "logos"];

/** The names of their labels. @type {Record<PageName, keyof typeof labels>} */
const LABELS = { train: "pageTrain", recognise: "pageRecognise", digits: "pageDigits", logos: "pageLogos" };

/** @returns {PageName} what the address says; the first page for anything else */
export function currentPage() {
  return NAMES.find((name) => location.hash === `#/${name}`) ?? NAMES[0];
}

/**
 * The pages of the site, which share one document, one worker and one status line. One is shown at a time, and comes
 * into the document when it is shown for the first time; the first one is there from the beginning, to be read at once.
 *
 * @param {Record<PageName, () => { show?: () => void, hide?: () => void }>} create make what brings a page to life
 * @param {(main: HTMLElement) => void} onShow called with the page that is shown from then on
 */
export function createPages(create, onShow) {
  const title = /** @type {HTMLTitleElement} */ (document.querySelector("title"));
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("nav a[data-page]"));
  /** @type {Map<PageName, { main: HTMLElement, view: ReturnType<typeof create[PageName]> }>} */
  const pages = new Map();

  /** @param {PageName} name */
  function insert(name) {
    const template = document.getElementById(`template-${name}`);
    if (template instanceof HTMLTemplateElement) {
      fillLabels(template.content);
      template.replaceWith(template.content);
    }
    const page = { main: find(`page-${name}`, HTMLElement), view: create[name]() };
    page.main.inert = false;
    pages.set(name, page);
    return page;
  }

  // Where another one was asked for, the first one is put aside like the others: what is not shown has no ids or names here.
  if (currentPage() !== NAMES[0]) {
    const main = find(`page-${NAMES[0]}`, HTMLElement);
    const template = element("template", { id: `template-${NAMES[0]}` });
    main.replaceWith(template);
    template.content.append(main);
  }

  function show() {
    const current = currentPage();
    for (const { main, view } of pages.values()) {
      if (!main.hidden) view.hide?.();
      main.hidden = true;
    }
    const { main, view } = pages.get(current) ?? insert(current);
    main.hidden = false;
    for (const link of links) {
      if (link.dataset.page === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    write(title, () => (current === NAMES[0] ? labels.product : `${labels[LABELS[current]]} · ${labels.product}`));
    view.show?.();
    onShow(main);
    return main;
  }

  window.addEventListener("hashchange", () => {
    const heading = [...show().querySelectorAll("h2")].find(({ offsetParent }) => offsetParent !== null);
    heading?.setAttribute("tabindex", "-1"); // so that the keyboard and screen readers go on in the new page
    heading?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  });
  show();
}
