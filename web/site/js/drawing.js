/** Width of the pen and a step of the keyboard, as shares of the paper. */
const PEN = 0.08;
const STEP = 0.04;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * A canvas to draw on, white on black, by mouse, pen, finger or keyboard.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} pen shows where the keyboard's pen is
 * @param {{ onStroke: () => void, onClear: () => void }} listeners
 */
export function createDrawing(canvas, pen, { onStroke, onClear }) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const { width, height } = canvas;
  let isEmpty = true;
  /** Where the pen is, and whether it is down. */
  let at = { x: width / 2, y: height / 2 };
  let isDown = false;

  function clear() {
    context.fillStyle = "black";
    context.fillRect(0, 0, width, height);
    isEmpty = true;
    lift();
    onClear();
  }

  /** @param {{ x: number, y: number }} to */
  function line(to) {
    context.strokeStyle = "white";
    context.lineWidth = PEN * width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    at = to;
    isEmpty = false;
  }

  function lift() {
    isDown = false;
    showPen();
  }

  function showPen() {
    pen.style.left = `${(100 * at.x) / width}%`;
    pen.style.top = `${(100 * at.y) / height}%`;
    pen.dataset.down = String(isDown);
  }

  /** @param {PointerEvent} event */
  function position(event) {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    at = position(event);
    isDown = true;
    line(at);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown || !canvas.hasPointerCapture(event.pointerId)) return;
    // Between two frames the pen moves on: all of its way, not only where it ended.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) line(position(one));
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(kind, (event) => {
      if (!isDown || !canvas.hasPointerCapture(event.pointerId)) return;
      lift();
      onStroke();
    });
  }

  canvas.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (way) move(way);
    else if (event.key === " ") putDownOrLift();
    else if (event.key === "Enter") onStroke();
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
  });

  /** @param {[number, number]} way */
  function move([dx, dy]) {
    const to = { x: within(at.x + dx * STEP * width, width), y: within(at.y + dy * STEP * height, height) };
    if (isDown) line(to);
    else at = to;
    showPen();
  }

  function putDownOrLift() {
    isDown = !isDown;
    if (isDown) line(at);
    else onStroke();
    showPen();
  }

  clear();
  return { clear, isEmpty: () => isEmpty, pixels: () => context.getImageData(0, 0, width, height) };
}

/** @param {number} value @param {number} size */
function within(value, size) {
  return Math.min(Math.max(value, 0), size);
}
