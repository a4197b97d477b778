/** Where the site lies, for scripts that may stand elsewhere: those of pages of other origins, and those in others' bundles. */

// Not within `new URL`: bundlers take a literal address there for a file that they have to bundle.
const HERE = import.meta.url;

/**
 * @param {string} [site] where a built site lies, such as "/classifier/"; by default where this file lies in one
 * @returns {string} its whole address, with a slash at the end
 */
export function addressOf(site) {
  if (site !== undefined) return new URL(site.replace(/\/?$/, "/"), document.baseURI).href;
  if (/^https?:/.test(HERE ?? "")) return new URL("../", HERE).href;
  throw new Error(`Expected the address of a built site, such as connect({ site: "/classifier/" }), got none: ${HERE}`);
}

/**
 * Start the site's worker. Browsers start none of another origin, but one that imports its script from there.
 *
 * @param {string} site
 */
export function startWorker(site) {
  const script = `${site}js/worker.js`;
  if (new URL(script).origin === location.origin) return new Worker(script, { type: "module" });
  const importing = URL.createObjectURL(new Blob([`import ${JSON.stringify(script)};`], { type: "text/javascript" }));
  const worker = new Worker(importing, { type: "module" });
  // Not at once: it is fetched later than it is asked for.
  worker.addEventListener("message", () => URL.revokeObjectURL(importing), { once: true });
  return worker;
}

/**
 * What to say where the worker's script does not come.
 *
 * @param {string} site
 */
export function sayNoWorker(site) {
  const elsewhere = new URL(site).origin !== location.origin;
  return elsewhere
    ? `${site}js/worker.js could not be started from this page. The host of that site must let other origins read its ` +
        "files (Access-Control-Allow-Origin), and this page's Content-Security-Policy, if it has one, must allow that " +
        "host in script-src, connect-src and worker-src, 'wasm-unsafe-eval' in script-src, and blob: in worker-src."
    : `${site}js/worker.js could not be loaded. If a built site lies elsewhere, name it: connect({ site: "/classifier/" }). ` +
        "Else check the connection, and load the page again.";
}
