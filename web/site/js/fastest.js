/** What computes fastest on this machine, as it was measured here: remembered for the next visits. */

const KEY = "pyclassifier-fastest";
/** What it depends on beside the graphics processor: more cores compute faster, where a page may use them. */
const MACHINE = `${navigator.hardwareConcurrency} ${globalThis.crossOriginIsolated}`;

/**
 * @typedef {import("./calls.js").Info} Info
 * @typedef {{ name: string, runsOn: string, ms: number | null }} Time  milliseconds for a photo on a backend; null: it failed,
 *   or took too long
 * @typedef {{ name: string, ms: number }} Known
 * @typedef {{ machine: string, measured: string, devices: Record<string, Time[]> }} Memory  measured: what computed then; devices:
 *   by graphics processor, as the browser names it
 */

/** @param {Time[]} times @returns {Known[]} what was measured, the fastest first */
export function ranked(times) {
  const known = times.flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]));
  return known.sort((a, b) => a.ms - b.ms);
}

/** What `connect` is to know. @returns {import("./protocol.js").Fastest | null} */
export function fastestKnown() {
  const memory = read();
  if (!memory) return null;
  return Object.fromEntries(
    Object.entries(memory.devices).map(([renderer, times]) => [renderer, ranked(times)[0]?.name ?? ""]),
  );
}

/** @param {Info} info what computes now @returns {Time[] | null} what was measured on it, null where nothing was */
export function timesKnown(info) {
  const memory = read();
  return (memory?.measured === measuredOf(info) && memory.devices[info.renderer]) || null;
}

/** @param {Info} info @param {Time[]} times */
export function remember(info, times) {
  const measured = measuredOf(info);
  const before = read();
  const devices = { ...(before?.measured === measured && before.devices), [info.renderer]: times };
  try {
    localStorage.setItem(KEY, JSON.stringify({ machine: MACHINE, measured, devices }));
  } catch {
    // No storage in this window: it is measured again at the next visit.
  }
}

/** Figures of another tf.js or backbone tell nothing. @param {Info} info */
function measuredOf({ versions, backbones: [{ name, bytes }] }) {
  return `tf.js ${versions.tfjs}, ${name}, ${bytes}`;
}

/** @returns {Memory | null} null, too, where it is of another machine, such as one with more cores, or cannot be read */
function read() {
  try {
    /** @type {Memory | null} */
    const memory = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return memory?.machine === MACHINE && Object.values(memory.devices).every(Array.isArray) ? memory : null;
  } catch {
    return null;
  }
}
