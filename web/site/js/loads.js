const COMPILERS = /** @type {const} */ (["compile", "compileStreaming", "instantiate"]);

/**
 * What is fetched while Python starts, watched: Pyodide waits forever for a file that does not come, or is no program.
 *
 * @template T
 * @param {() => Promise<T>} start
 * @param {Record<string, () => Promise<Response>>} [instead] where files come from, by their names, that lie elsewhere than
 *   Pyodide looks for them
 * @returns {Promise<T>} rejects with a sentence, and its code and values, as soon as something could not be loaded
 */
export async function watchLoads(start, instead = {}) {
  const { fetch } = self;
  const { compile, compileStreaming, instantiate } = WebAssembly;
  const wasm = { compile, compileStreaming, instantiate };
  /** @type {(reason: Error) => void} */
  let fail = () => {};
  const failed = /** @type {Promise<never>} */ (new Promise((_, reject) => (fail = reject)));
  self.fetch = async (...request) => {
    const url = nameOf(request[0]);
    if (Object.hasOwn(instead, url)) return instead[url]();
    try {
      const response = await fetch(...request);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      if (response.headers.get("content-type")?.startsWith("text/html")) throw new Error("it is a web page");
      return response;
    } catch (error) {
      fail(sayLost(url, error));
      throw error;
    }
  };
  /** @param {typeof COMPILERS[number]} name */
  const watched = (name) => async (/** @type {any} */ code, /** @type {WebAssembly.Imports} */ imports) => {
    try {
      return await /** @type {any} */ (wasm[name]).call(WebAssembly, code, imports);
    } catch (error) {
      fail(sayLost("pyodide.asm.wasm", error));
      throw error;
    }
  };
  for (const name of COMPILERS) WebAssembly[name] = /** @type {any} */ (watched(name));
  try {
    return await Promise.race([start(), failed]);
  } finally {
    self.fetch = fetch;
    Object.assign(WebAssembly, wasm);
  }
}

/** @param {RequestInfo | URL} request */
function nameOf(request) {
  return String(request instanceof Request ? request.url : request)
    .split("/")
    .slice(-1)[0];
}

/**
 * @template T
 * @param {string} name of a script
 * @param {Promise<T>} importing it
 * @returns {Promise<T>} rejects as `watchLoads` does
 */
export function imported(name, importing) {
  return importing.catch((error) => Promise.reject(sayLost(name, error)));
}

const FORBIDDEN = /unsafe-eval|content security policy|\bcsp\b/i;

/** @param {string} url @param {unknown} error @returns {Error} a sentence, and its code and values */
export function sayLost(url, error) {
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = FORBIDDEN.test(reason)
    ? { text: "Let script-src of the page's Content-Security-Policy have 'wasm-unsafe-eval'." }
    : { text: "Check the connection, and try again.", code: "check-models", values: {} };
  return Object.assign(new Error(`${url} could not be loaded (${reason}). ${remedy.text}`), {
    code: "failed-request",
    values: { url, error: reason, remedy },
  });
}
