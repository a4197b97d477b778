/*! With uPlot: Copyright (c) 2025, Leon Sorokin. All rights reserved. (MIT Licensed) github.com/leeoniya/uPlot */
import uPlot from "uplot";
import { percent } from "./format.js";
import { onLanguage } from "./locale.js";
import { texts } from "./texts.js";

const HEIGHT = 150;
/** Until its box has one. */
const WIDTH = 300;
const DARK = matchMedia("(prefers-color-scheme: dark)");

/** What draws each chart that has something new, one in a frame: two would keep the page from answering. @type {Set<() => void>} */
const waiting = new Set();

/** @param {() => void} draw */
function schedule(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawNext);
  waiting.add(draw);
}

/** @param {() => void} work */
const whenIdle = (work) => (globalThis.requestIdleCallback ?? setTimeout)(work);

function drawNext() {
  const [draw] = waiting;
  if (!draw) return;
  waiting.delete(draw);
  if (waiting.size > 0) requestAnimationFrame(drawNext);
  draw();
}

/**
 * A live chart of two curves over the epochs. Redraws at most once per animation frame, follows its box's width and
 * the colour scheme.
 *
 * @param {HTMLElement} box
 * @param {(value: number) => string} format of the values in the legend
 * @param {[number, number] | null} range of the y axis; null follows the data
 */
export function createChart(box, format, range) {
  /** @type {uPlot | null} */
  let plot = null;
  /** @type {uPlot.AlignedData} */
  let data = [[], [], []];
  let epochs = 2;
  /** @type {number | undefined} */
  let marked;

  function make() {
    if (plot) return;
    const options = optionsOf(
      box,
      format,
      range,
      () => epochs,
      () => marked,
    );
    plot = new uPlot(options, data, box); // which draws it by itself, and reads what is kept
  }

  function draw() {
    if (box.clientWidth === 0) return; // not shown; the resize observer comes back
    if (plot === null) return make();
    if (plot.width !== box.clientWidth) plot.setSize({ width: box.clientWidth, height: HEIGHT });
    plot.setData(data);
    readKept(plot, marked);
  }

  new ResizeObserver(() => schedule(draw)).observe(box);
  whenIdle(make); // What its first drawing takes would keep the page from answering while it trains.
  /** uPlot keeps the colours and words that it was made with. */
  const renew = () => {
    plot?.destroy();
    plot = null;
    schedule(draw);
  };
  DARK.addEventListener("change", renew);
  onLanguage(renew);

  return {
    /**
     * @param {number[]} training
     * @param {number[] | undefined} validation
     * @param {number} total epochs in all
     * @param {number} [best] epoch to mark
     */
    show(training, validation, total, best) {
      marked = best;
      const missing = training.map(() => null);
      const hasValidation = (validation?.length ?? 0) > 0;
      data = [training.map((_, index) => index + 1), training, hasValidation && validation ? validation : missing];
      epochs = Math.max(2, total);
      schedule(draw);
    },
  };
}

/**
 * @param {HTMLElement} box
 * @param {(value: number) => string} format
 * @param {[number, number] | null} range
 * @param {() => number} epochs
 * @param {() => number | undefined} marked
 * @returns {uPlot.Options}
 */
function optionsOf(box, format, range, epochs, marked) {
  const style = getComputedStyle(box);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name).trim();
  /** @type {uPlot.Axis} */
  const axis = {
    stroke: colour("--muted"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  /** @param {string} label @param {string} stroke @param {number[]} dash @returns {uPlot.Series} */
  const series = (label, stroke, dash) => ({
    label,
    stroke,
    dash,
    width: 2,
    points: { show: (/** @type {uPlot} */ u) => u.data[0].length < 3, size: 6, fill: stroke },
    value: (_, value) => (value === null || value === undefined ? "–" : format(value)),
  });
  return {
    width: box.clientWidth || WIDTH,
    height: HEIGHT,
    hooks: { ready: [(u) => readKept(u, marked())], draw: [(u) => mark(u, marked(), colour("--muted"))] },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [1, epochs()] },
      y: { range: range ?? ((_, __, max) => [0, (max || 1) * 1.05]) },
    },
    axes: [
      { ...axis, size: 26, gap: 4, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      { ...axis, size: 40, gap: 4, values: range ? (_, ticks) => ticks.map((tick) => percent(tick, 0)) : undefined },
    ],
    series: [
      { label: texts.epoch, value: (_, value) => (value === null ? "–" : String(value)) },
      series(texts.seriesTraining, colour("--curve-training"), []),
      series(texts.seriesValidation, colour("--curve-validation"), [6, 3]),
    ],
  };
}

/**
 * While no pointer is over the chart, its legend reads the epoch whose weights were kept, or the last one so far.
 *
 * @param {uPlot} plot
 * @param {number | undefined} epoch
 */
function readKept(plot, epoch) {
  const n = plot.data[0].length;
  if (n > 0) plot.setLegend({ idx: Math.min(epoch ?? n, n) - 1 });
}

/** A thin upright line at an epoch. @param {uPlot} plot @param {number | undefined} epoch @param {string} colour */
function mark({ ctx, bbox, valToPos }, epoch, colour) {
  if (epoch === undefined) return;
  const x = Math.round(valToPos(epoch, "x", true));
  ctx.save();
  ctx.fillStyle = colour;
  ctx.fillRect(x - 1, bbox.top, 2, bbox.height);
  ctx.restore();
}
