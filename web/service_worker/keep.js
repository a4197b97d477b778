/**
 * Keeps the files of a first load, and lets a new build wait until the visitor asks for it or has closed all pages.
 */

/**
 * Firefox has pages wait, for a minute and in vain, until all of their workers have heard that they are answered for; threads
 * of WebAssembly, which wait for work, never hear it. There, a page is answered for from its next load on.
 */
const HEARD_BY_ALL = !/Firefox\//.test(navigator.userAgent);

worker.addEventListener("install", (event) => event.waitUntil(keepFirstLoad()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", ({ data }) => {
  if (data === "take over") worker.skipWaiting();
});

async function keepFirstLoad() {
  const cache = await caches.open(CACHE);
  const kept = await keptIn(cache);
  const missing = Object.keys(BUILD.first).filter((path) => !kept.has(keyOf(path)));
  await Promise.all(missing.map(async (path) => cache.put(keyOf(path), await fetchToKeep(path))));
}

/** Forget what only builds before this one had, and answer for the pages that are open already. */
async function takeOver() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(Object.keys(HASHES).map(keyOf));
  for (const key of await keptIn(cache)) if (!wanted.has(key)) await cache.delete(key, { ignoreVary: true });
  if (HEARD_BY_ALL) await worker.clients.claim();
}

/** @param {Cache} cache */
async function keptIn(cache) {
  return new Set((await cache.keys()).map(({ url }) => url));
}
