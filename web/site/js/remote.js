/** Runs in fetch.html: fetches the one address that the page sends, and hands over what it got. */

const MOST_BYTES = 50_000_000;
const PATIENCE_MS = 30_000;

/** @typedef {{ blob: Blob } | { status: number } | { tooLarge: number } | { refused: string }} Fetched */

window.addEventListener("message", async ({ data, origin, ports: [port] }) => {
  if (origin === location.origin && port) port.postMessage(await fetchPicture(String(data.url)));
});
window.parent.postMessage("ready", location.origin);

/** @param {string} url @returns {Promise<Fetched>} */
async function fetchPicture(url) {
  try {
    const response = await fetch(url, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? await readSome(response) : { status: response.status };
  } catch (error) {
    return { refused: error instanceof Error ? error.name : String(error) };
  }
}

/** @param {Response} response @returns {Promise<Fetched>} */
async function readSome(response) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || !value) return { blob: new Blob(chunks) };
    size += value.length;
    if (size > MOST_BYTES) {
      await reader?.cancel();
      return { tooLarge: MOST_BYTES };
    }
    chunks.push(value);
  }
}
export {};
