/**
 * Start Python, import what the page needs, and write its memory down: `node snapshot.js PYODIDE PACKAGES OUT`.
 *
 * PYODIDE is the folder of the npm package, PACKAGES one that becomes site-packages. Equal inputs give an equal file: time
 * stands still, and what is random is not. site/js/python.js takes up what is written here.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { countArguments, prepare, writeFiles } from "./site/js/python.js";

const [PYODIDE, PACKAGES, OUT] = process.argv.slice(2);
const SITE_PACKAGES = "/lib/python3.12/site-packages/";
/** Pillow's own readers are imported when the first picture is opened, one of which it knows only by its file. */
const IMPORTS =
  "import sys; sys.path_importer_cache.clear(); import desks.session, PIL.WebPImagePlugin; from PIL import Image; Image.preinit()";
const LOADED = `
import json, sys
json.dumps([module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)])
`;
/** Python's own modules but those that are imported. All that reads from the zip has one and the same list of what is where. */
const STDLIB = "/lib/python312.zip";
const SHORTEN = `
import io, zipfile, zipimport
def shorten(archive, imported):
    short = io.BytesIO()
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(short, "w") as part:
        for info in whole.infolist():
            if f"{archive}/{info.filename}" not in imported:
                data = whole.read(info)
                info.compress_type = zipfile.ZIP_STORED
                part.writestr(info, data)
    with open(archive, "wb") as file:
        file.write(short.getbuffer())
    listed = zipimport._zip_directory_cache[archive]
    now = zipimport._read_directory(archive)
    listed.clear()
    listed.update(now)
shorten("${STDLIB}", {getattr(module, "__file__", None) for module in sys.modules.values()})
`;
const FORGET = "del shorten, io, zipfile, zipimport, desks, PIL, Image, json, sys; import gc; gc.collect(); del gc";
/** Parts of the memory that are closer to each other are one. */
const GAP = 64;

/** @typedef {import("./site/js/python.js").Packed} Packed */

Date.now = () => 1_577_836_800_000;
crypto.getRandomValues = (array) => /** @type {any} */ (array).fill(7);
await import(pathToFileURL(join(PYODIDE, "pyodide.asm.js")).href);
const { loadPyodide } = await import(pathToFileURL(join(PYODIDE, "pyodide.mjs")).href);
const create = globalThis._createPyodideModule;

const files = readdirSync(PACKAGES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort()
  .map((path) => ({ path: SITE_PACKAGES + relative(PACKAGES, path).replaceAll("\\", "/"), bytes: read(path) }));

// The first time, to know the libraries; these are loaded before Python starts from then on.
const { loaded } = await start([]);
const libraries = loaded
  .filter((path) => path.endsWith(".so"))
  .map((path) => /** @type {Packed} */ (files.find((file) => file.path === path)));
const { pyodide, fresh, functions } = await start(libraries);
const module = pyodide._module;
if (module.wasmTable.length !== functions)
  throw new Error(
    `Expected all libraries to be loaded before Python starts, got ${module.wasmTable.length - functions} functions more.`,
  );
clear(module);
countArguments(module, 0);
const { hiwireKeys, immortalKeys } = module.API.serializeHiwireState();
const known = new Set(loaded);
const later = files.filter(({ path }) => !known.has(path));
const stdlib = pyodide.FS.readFile(STDLIB);
const { runs, memory } = differences(fresh, module.HEAPU8);
const head = {
  libraries: libraries.map(({ path, bytes }) => [path, bytes.length]),
  files: later.map(({ path, bytes }) => [path, bytes.length]),
  stdlib: stdlib.length,
  objects: { hiwireKeys, immortalKeys },
  size: module.HEAPU8.length,
  runs: runs.length / 2,
};
const json = new TextEncoder().encode(JSON.stringify(head));
const parts = [Uint32Array.of(json.length), json, ...[...libraries, ...later].map(({ bytes }) => bytes)];
parts.push(stdlib, Uint32Array.from(runs), ...memory);
writeFileSync(
  OUT,
  Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
);

/** @param {string} path @returns {Uint8Array<ArrayBuffer>} */
function read(path) {
  return new Uint8Array(readFileSync(path));
}

/**
 * @param {Packed[]} libraries
 * @returns {Promise<{ pyodide: any, fresh: Uint8Array, functions: number, loaded: string[] }>} fresh: the
 *   memory before any Python ran; functions: how many there were then in the table of those that are called by number
 */
async function start(libraries) {
  const compiled = libraries.map(({ path, bytes }) => ({ path, compiled: new WebAssembly.Module(bytes) }));
  let fresh = new Uint8Array();
  let functions = 0;
  const prepared = prepare(create, compiled);
  globalThis._createPyodideModule = (settings) => {
    settings.preRun.push((module) => {
      module.onRuntimeInitialized = () => {
        fresh = module.HEAPU8.slice();
        functions = module.wasmTable.length;
      };
    });
    return prepared(settings);
  };
  class XMLHttpRequest {} // so that Pyodide's own modules find what a browser has
  const jsglobals = Object.assign(Object.create(globalThis), { XMLHttpRequest });
  const pyodide = await loadPyodide({ _makeSnapshot: true, jsglobals, env: { PYTHONHASHSEED: "0" } });
  writeFiles(
    pyodide.FS,
    files.map(({ path, bytes }) => ({ path, bytes: bytes.slice() })),
  );
  pyodide.runPython(IMPORTS);
  const loaded = JSON.parse(pyodide.runPython(LOADED));
  pyodide.runPython(SHORTEN);
  pyodide.runPython(FORGET);
  return { pyodide, fresh, functions, loaded };
}

/**
 * Fill what is free of the memory with zeros, which weigh nothing when packed. Pyodide's Python has no allocator of its own.
 *
 * @param {any} module
 */
function clear(module) {
  const end = module._sbrk(0);
  const taken = [];
  for (let size = 1 << 20; size >= 16; size >>= 1) {
    let at = 0;
    do {
      at = module._PyMem_RawMalloc(size);
      taken.push(at);
      if (at + size <= end) module.HEAPU8.fill(0, at, at + size);
    } while (at + size <= end);
  }
  for (const at of taken) module._PyMem_RawFree(at);
}

/**
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 * @returns {{ runs: number[], memory: Uint8Array[] }} addresses and lengths of what is another; what is there
 */
function differences(before, after) {
  const runs = [];
  const memory = [];
  let start = -1;
  let end = 0;
  const close = () => {
    if (start < 0) return;
    runs.push(start, end - start);
    memory.push(after.subarray(start, end));
  };
  for (let at = 0; at < after.length; at++) {
    if (after[at] === (before[at] ?? 0)) continue;
    if (start < 0 || at - end > GAP) {
      close();
      start = at;
    }
    end = at + 1;
  }
  close();
  return { runs, memory };
}
