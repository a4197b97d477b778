import { element, write } from "./dom.js";
import { percent } from "./format.js";
import { headOf, startTable } from "./tables.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").Calibration} Calibration */

const SIDE = 240;
const SVG = "http://www.w3.org/2000/svg";

/**
 * How sure the model says it is, against how often it is right, as a diagram with its table; and from which certainty
 * on its answers count.
 *
 * @param {import("./types.js").App} app
 */
export function createReliabilityView(app) {
  const { find } = app;
  const fold = find("reliability", HTMLDetailsElement);
  const words = find("reliability-words", HTMLElement);
  const diagram = find("reliability-diagram", HTMLElement);
  const table = find("reliability-table", HTMLTableElement);
  const rejection = createRejection(app);

  return {
    /** @param {Calibration | null} calibration null where there are no held-out photos */
    show(calibration) {
      fold.hidden = !calibration;
      rejection.show(calibration);
      if (!calibration) return;
      write(words, () => texts.reliability(calibration));
      diagram.replaceChildren(draw(calibration.bins));
      const body = startTable(
        table,
        () => texts.reliabilityCaption,
        headOf(() => texts.reliabilityColumns),
      );
      body.append(...calibration.bins.map(makeRow));
    },
  };
}

/** @param {Calibration["bins"][number]} bin */
function makeRow({ low, high, count, confidence, accuracy }) {
  const cells = [() => percent(confidence), () => percent(accuracy), () => String(count)];
  const name = element("th", { scope: "row" }, () => texts.between(percent(low, 0), percent(high, 0)));
  return element("tr", {}, name, ...cells.map((text) => element("td", {}, text)));
}

/** A bar for each bin, as high as its accuracy; on the dashed line it would be as sure as it is right. @param {Calibration["bins"]} bins */
function draw(bins) {
  const picture = shape("svg", {
    viewBox: `-44 -8 ${SIDE + 68} ${SIDE + 46}`,
    class: "reliability",
    "aria-hidden": "true",
  });
  picture.append(shape("rect", { width: SIDE, height: SIDE, class: "frame" }));
  for (const { low, high, accuracy, confidence } of bins) {
    const [x, width] = [low * SIDE + 1, (high - low) * SIDE - 2];
    picture.append(
      shape("rect", { x, width, y: (1 - accuracy) * SIDE, height: Math.max(accuracy * SIDE, 1), class: "bin" }),
    );
    picture.append(shape("circle", { cx: confidence * SIDE, cy: (1 - accuracy) * SIDE, r: 4, class: "mean" }));
  }
  picture.append(shape("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, class: "ideal" }));
  for (const tick of [0, 0.5, 1]) {
    picture.append(caption(tick * SIDE, SIDE + 16, "middle", () => percent(tick, 0)));
    picture.append(caption(-6, (1 - tick) * SIDE + 4, "end", () => percent(tick, 0)));
  }
  picture.append(caption(SIDE / 2, SIDE + 34, "middle", () => texts.certainty));
  return picture;
}

/** @param {number} x @param {number} y @param {string} anchor @param {() => string} text */
function caption(x, y, anchor, text) {
  const node = shape("text", { x, y, "text-anchor": anchor });
  write(node, text);
  return node;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * "None of these": a switch and the least probability that an answer needs, with what that does to the held-out photos.
 *
 * @param {import("./types.js").App} app
 */
function createRejection({ find, run, status }) {
  const fold = find("rejection", HTMLDetailsElement);
  const on = find("reject", HTMLInputElement);
  const slider = find("threshold", HTMLInputElement);
  const value = find("threshold-value", HTMLElement);
  const effect = find("threshold-effect", HTMLElement);
  const advice = find("threshold-advice", HTMLElement);
  const suggest = find("threshold-suggested", HTMLButtonElement);
  /** @type {Calibration | null} */
  let known = null;

  function describe() {
    if (!known) return;
    const chosen = slider.valueAsNumber;
    const { refused, passed } = known.steps[chosen];
    const { right, wrong } = known;
    slider.disabled = !on.checked;
    write(value, () => percent(chosen / 100, 0));
    write(effect, () => (on.checked ? texts.rejectionEffect(refused, right, passed, wrong) : texts.rejectionOff));
    slider.setAttribute("aria-valuetext", percent(chosen / 100, 0));
  }

  function set(chosen = slider.valueAsNumber / 100) {
    describe();
    const threshold = on.checked ? chosen : null;
    run("model", fold, async (desk) => {
      await desk.setThreshold(threshold);
      status.show(() => (threshold === null ? texts.rejectionOff : texts.thresholdSet(percent(threshold, 0))));
    });
  }

  slider.addEventListener("input", describe);
  slider.addEventListener("change", () => set());
  on.addEventListener("change", () => set());
  suggest.addEventListener("click", () => {
    if (!known?.suggested) return;
    on.checked = true;
    slider.valueAsNumber = Math.round(known.suggested * 100);
    set(known.suggested);
  });

  return {
    /** @param {Calibration | null} calibration */
    show(calibration) {
      fold.hidden = !calibration;
      known = calibration;
      if (!calibration) return;
      const { total } = calibration;
      const threshold = calibration.threshold ?? null;
      const suggested = calibration.suggested ?? null;
      on.checked = threshold !== null;
      slider.valueAsNumber = Math.round((threshold ?? suggested ?? 0.5) * 100);
      suggest.hidden = suggested === null;
      write(advice, () =>
        suggested === null ? texts.tooFewToCalibrate(total) : texts.calibrated(percent(suggested, 1)),
      );
      describe();
    },
  };
}
