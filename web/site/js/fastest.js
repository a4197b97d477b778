/** What computes fastest on this machine, as it was measured here: remembered for the next visits. */

const KEY = "pyclassifier-fastest";
/** What it depends on beside the graphics processor: more cores compute faster, where a page may use them. */
const MACHINE = `${navigator.hardwareConcurrency} ${globalThis.crossOriginIsolated}`;

/**
 * @typedef {import("./calls.js").Info} Info
 * @typedef {{ name: string, runsOn: string, ms: number | null }} Time  milliseconds for a photo on a backend; null: it failed,
 *   or took too long
 * @typedef {{ name: string, ms: number }} Known
 * @typedef {{ version: string, machine: string, devices: Record<string, Time[]> }} Memory  by graphics processor, as the
 *   browser names it
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
  const named = Object.entries(memory.devices).map(([renderer, times]) => [renderer, ranked(times)[0]?.name ?? ""]);
  return { version: memory.version, backends: Object.fromEntries(named) };
}

/** @param {Info} info what computes now @returns {Time[] | null} what was measured on it, null where nothing was */
export function timesKnown({ renderer, versions }) {
  const memory = read();
  return (memory?.version === versions.pyclassifier && memory.devices[renderer]) || null;
}

/** @param {Info} info @param {Time[]} times */
export function remember({ renderer, versions }, times) {
  const version = versions.pyclassifier;
  const before = read();
  const devices = { ...(before?.version === version && before.devices), [renderer]: times };
  try {
    localStorage.setItem(KEY, JSON.stringify({ version, machine: MACHINE, devices }));
  } catch {
    // No storage in this window: it is measured again at the next visit.
  }
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
