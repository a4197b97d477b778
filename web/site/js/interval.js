import { bar, element } from "./dom.js";

/**
 * A bar from 0 to 100 % with a share and its interval on it; with the parts of the whole as dots, where there are some.
 *
 * @param {{ accuracy: number | null, interval: [number, number] }} figures
 * @param {number[]} [parts] 0..1
 */
export function intervalBar({ accuracy, interval: [low, high] }, parts = []) {
  const scale = bar(accuracy ?? 0);
  scale.classList.add("interval");
  scale.classList.toggle("dots", parts.length > 0);
  scale.style.setProperty("--low", String(low));
  scale.style.setProperty("--high", String(high));
  for (const part of parts) {
    const dot = element("i");
    dot.style.setProperty("--at", String(part));
    scale.append(dot);
  }
  return scale;
}
