const LONG_MS = 500;

/**
 * Hear of long touches. The click that a browser makes of one goes no further.
 *
 * @param {HTMLElement} area
 * @param {string} selector of what can be touched in it
 * @param {(touched: Element) => void} onLong
 */
export function onLongTouch(area, selector, onLong) {
  let timer = 0;
  let held = false;
  /** @type {Element | null} what is touched: the part that the finger is on may go, as where its picture comes */
  let touched = null;
  let since = 0;
  const end = () => {
    clearTimeout(timer);
    touched = null;
  };
  const hold = () => {
    const long = touched;
    end();
    if (!long) return;
    held = true;
    onLong(long);
  };
  area.addEventListener("pointerdown", ({ target, pointerType, isPrimary, timeStamp }) => {
    held = false;
    end();
    // A second finger makes the picture larger.
    if (pointerType === "mouse" || !isPrimary || !(target instanceof Element)) return;
    touched = target.closest(selector);
    since = timeStamp;
    timer = window.setTimeout(hold, LONG_MS);
  });
  area.addEventListener("pointerup", ({ timeStamp }) => {
    if (timeStamp - since >= LONG_MS) hold(); // A page that was busy may hear of this before its clock strikes.
    end();
  });
  // Scrolling cancels the pointer.
  for (const kind of /** @type {const} */ (["pointercancel", "pointerleave"])) area.addEventListener(kind, end);
  for (const kind of /** @type {const} */ (["contextmenu", "click"])) {
    area.addEventListener(
      kind,
      (event) => {
        // A browser whose own long touch is shorter asks for a menu, and then cancels the pointer.
        if (kind === "contextmenu") hold();
        if (!held) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      { capture: true },
    );
  }
}
