const LONG_MS = 500;

/**
 * Hear of long touches. The click that a browser makes of one goes no further.
 *
 * @param {HTMLElement} area
 * @param {(event: PointerEvent) => void} onLong gets the event that the touch began with
 */
export function onLongTouch(area, onLong) {
  let timer = 0;
  let held = false;
  area.addEventListener("pointerdown", (event) => {
    held = false;
    clearTimeout(timer);
    if (event.pointerType === "mouse") return;
    timer = window.setTimeout(() => {
      held = true;
      onLong(event);
    }, LONG_MS);
  });
  // Scrolling cancels the pointer.
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel", "pointerleave"])) {
    area.addEventListener(kind, () => clearTimeout(timer));
  }
  for (const kind of /** @type {const} */ (["contextmenu", "click"])) {
    area.addEventListener(
      kind,
      (event) => {
        if (!held) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      { capture: true },
    );
  }
}
