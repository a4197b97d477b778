/**
 * Answers requests for files of this build: from the cache, where each is kept under its path and hash, else from the
 * network. Whatever has another hash there is of another build, and is handed on but not kept.
 *
 * Pages get the headers that let threads share memory, and so all cores compute, from here where their host does not send
 * them: from the second load on.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SITE = new URL(BUILD.site, worker.location.href);
const HASHES = { ...BUILD.first, ...BUILD.later };
/** Documents, and scripts of workers: a worker must be as isolated as the page that it belongs to. */
const ISOLATED = new Set(["document", "iframe", "worker"]);
/** One for each site of an origin, and for all of its builds: what they have in common is fetched and kept once. */
const CACHE = `pyclassifier ${SITE.pathname}`;
/** Says of a file of py/ that it is not packed any more: those are kept as they are used, so that no later visit unpacks them. */
const UNPACKED = "pyclassifier-unpacked";

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.method === "GET" ? pathOf(request.url) : null;
  if (path === null) return;
  event.stopImmediatePropagation(); // in lab/, where JupyterLite's own listener comes after this one
  event.respondWith(answer(path, request).then((response) => isolated(path, request, response)));
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
  const response = await fetchToKeep(path).catch(() => null);
  if (!response) return fetch(request);
  await cache.put(keyOf(path), response.clone()).catch(() => {}); // The disk may be full.
  return response;
}

/**
 * Only what has to have the headers: what is handed on as it is kept, the browser need not compile anew.
 *
 * @param {string} path @param {Request} request @param {Response} response
 */
function isolated(path, { destination }, response) {
  if (!ISOLATED.has(destination) || path.startsWith(BUILD.notIsolated) || !response.ok) return response;
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(BUILD.isolation)) headers.set(name, value);
  return new Response(body, { status, statusText, headers });
}

/** @param {string} path @returns {Promise<Response>} the file of this build as it is kept, or it rejects */
async function fetchToKeep(path) {
  const response = await fetchFile(path);
  if (!path.endsWith(".pack")) return response;
  const unpacked = /** @type {ReadableStream} */ (response.body).pipeThrough(new DecompressionStream("gzip"));
  const type = path.endsWith("/wasm.pack") ? "application/wasm" : "application/octet-stream";
  return new Response(unpacked, { headers: { "content-type": type, [UNPACKED]: "yes" } });
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
