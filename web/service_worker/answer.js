/**
 * Answers requests for files of this build: from the cache, where each is kept under its path and hash, else from the
 * network. Whatever has another hash there is of another build, and is handed on but not kept.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SITE = new URL(BUILD.site, worker.location.href);
const HASHES = { ...BUILD.first, ...BUILD.later };
/** One for each site of an origin, and for all of its builds: what they have in common is fetched and kept once. */
const CACHE = `pyclassifier ${SITE.pathname}`;

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.method === "GET" ? pathOf(request.url) : null;
  if (path === null) return;
  event.stopImmediatePropagation(); // in lab/, where JupyterLite's own listener comes after this one
  event.respondWith(answer(path, request));
});

/** @param {string} address @returns {string | null} the path of a file of this build */
function pathOf(address) {
  const { origin, pathname } = new URL(address);
  if (origin !== SITE.origin || !pathname.startsWith(SITE.pathname)) return null;
  const path = decodeURIComponent(pathname.slice(SITE.pathname.length)).replace(/(^|\/)$/, "$1index.html");
  return Object.hasOwn(HASHES, path) ? path : null;
}

/** @param {string} path */
function keyOf(path) {
  return new URL(`${path}?${encodeURIComponent(HASHES[path])}`, SITE).href;
}

/** @param {string} path @param {Request} request */
async function answer(path, request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(keyOf(path), { ignoreVary: true });
  if (kept) return kept;
  const response = await fetchFile(path).catch(() => null);
  if (!response) return fetch(request);
  await cache.put(keyOf(path), response.clone()).catch(() => {}); // The disk may be full.
  return response;
}

/** @param {string} path @returns {Promise<Response>} the file of this build, or it rejects */
async function fetchFile(path) {
  // As visitors ask for it: some hosts redirect from index.html to its folder.
  const url = new URL(path.replace(/(^|\/)index\.html$/, "$1"), SITE);
  const integrity = HASHES[path];
  // Where that is another build's, it may come from the browser's own cache.
  const response = await fetch(url, { integrity }).catch(() => fetch(url, { integrity, cache: "reload" }));
  // Navigations refuse an answer that was redirected.
  return response.redirected ? new Response(response.body, response) : response;
}
