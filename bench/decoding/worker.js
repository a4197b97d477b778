/** Hosts Pyodide with pyclassifier and steps.py, as the site's worker does, and feeds photos to it one by one. */

self.onmessage = async ({ data: { site, photos, size, gaps } }) => {
  const { loadPyodide } = await import(`${site}pyodide/pyodide.mjs`);
  const [pyodide, source] = await Promise.all([
    loadPyodide({ indexURL: `${site}pyodide/`, packages: ["pyclassifier"] }),
    fetch("steps.py").then((response) => response.text()),
  ]);
  pyodide.FS.writeFile("steps.py", source);
  const steps = pyodide.pyimport("steps");
  await measure(steps, photos[0], size, gaps); // The first one of all pays for imports and for compiling wasm.
  const results = [];
  for (const photo of photos) {
    results.push(await measure(steps, photo, size, gaps));
    self.postMessage({ done: results.length });
  }
  self.postMessage({ results });
};

async function measure(steps, url, size, gaps) {
  const blob = await (await fetch(url)).blob();
  const start = performance.now();
  const buffer = await blob.arrayBuffer();
  const read = performance.now() - start;
  const name = decodeURIComponent(url.split("/").at(-1));
  const reply = steps.measure(new Uint8Array(buffer), name, size, gaps);
  const result = reply.toJs({ dict_converter: Object.fromEntries });
  reply.destroy();
  const digesting = performance.now();
  await crypto.subtle.digest("SHA-256", buffer);
  result.hash["browser's sha256"] = performance.now() - digesting;
  result.steps.read = read;
  return result;
}
