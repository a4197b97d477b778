import { element, find } from "./dom.js";
import { labels } from "./texts.js";

/** As far down as this share of the window, the step that begins there is the one that is looked at. */
const LOOKED_AT = 0.4;

/**
 * The steps of the page that is shown: always in sight where they lie below each other. Pressed, one comes into view.
 *
 * @returns {(main: HTMLElement) => void} show the steps of this page
 */
export function createSteps() {
  const nav = find("steps", HTMLElement);
  /** @type {{ heading: HTMLElement, link: HTMLAnchorElement }[]} */
  let steps = [];

  function mark() {
    const bottom = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 1;
    const begun = steps.filter(({ heading }) => heading.getBoundingClientRect().top < window.innerHeight * LOOKED_AT);
    const current = (window.scrollY > 0 && bottom ? steps : begun).at(-1) ?? steps[0];
    for (const step of steps) {
      if (step === current) step.link.setAttribute("aria-current", "step");
      else step.link.removeAttribute("aria-current");
    }
  }

  let waiting = false;
  /** Once in a frame, which lays the page out in any case. */
  function markSoon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  }

  for (const event of ["scroll", "resize"]) window.addEventListener(event, markSoon, { passive: true });

  return (main) => {
    /** @type {NodeListOf<HTMLElement>} */
    const headings = main.querySelectorAll("h2:has(.step)");
    steps = [...headings].map((heading) => ({ heading, link: makeLink(heading) }));
    nav.replaceChildren(...steps.map(({ link }) => link));
    nav.hidden = steps.length === 0;
    markSoon();
  };
}

/** @param {HTMLElement} heading with a number, and a text of `labels` */
function makeLink(heading) {
  const section = /** @type {HTMLElement} */ (heading.closest("section"));
  const number = heading.querySelector(".step")?.textContent ?? "";
  const key = /** @type {keyof typeof labels} */ (heading.querySelector("[data-text]")?.getAttribute("data-text"));
  const link = element(
    "a",
    { href: `#${section.id}` },
    element("span", { class: "step" }, number),
    " ",
    element("span", {}, () => labels[key]),
  );
  link.addEventListener("click", (event) => {
    event.preventDefault(); // the address says which page is shown
    section.scrollIntoView({ block: "start" });
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true }); // keyboard and screen readers go on there
  });
  return link;
}
