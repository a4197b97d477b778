/**
 * What Python (desks/bridge/exchange.py) expects of a file: a path, and bytes when asked; slices at once, as its zipfile needs them.
 *
 * @param {import("./protocol.js").NamedBlob} file
 */
export function readable({ path, blob }) {
  return {
    path,
    blob,
    size: blob.size,
    read: async () => new Uint8Array(await blob.arrayBuffer()),
    /** @param {number} start @param {number} stop */
    slice: (start, stop) => new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob.slice(start, stop))),
  };
}
