/**
 * Python as it was once all that the page needs was imported: web/snapshot.js starts it, when the site is built, and
 * packs its memory. Taking that up costs a fraction of importing anew.
 *
 * What is in a memory holds only where the shared libraries of numpy and Pillow lie at the same addresses. They do if they
 * are loaded before Python starts, in the same order, by the same code: `prepare`.
 */

import { imported, sayLost } from "./loads.js";

/**
 * @typedef {{ path: string, bytes: Uint8Array<ArrayBuffer> }} Packed  a file, by its whole path
 * @typedef {object} Snapshot
 * @property {Packed[]} libraries  in the order in which they are loaded
 * @property {Packed[]} files  that may be imported later, or read
 * @property {Uint8Array<ArrayBuffer>} stdlib  the zip of Python's own modules that may be imported later
 * @property {unknown} objects  what of JavaScript Python holds on to, as Pyodide notes it down
 * @property {number} size  of the memory
 * @property {Uint32Array} runs  where the memory is another one than when no Python has run yet: addresses and lengths
 * @property {Uint8Array<ArrayBuffer>} memory  what is there, one after the other
 * @typedef {{ path: string, compiled: WebAssembly.Module | Promise<WebAssembly.Module> }} Library
 * @typedef {any} Module  Emscripten's, of which Pyodide is made
 */

/** What would be the same for everybody otherwise. */
const SEED = "import random, numpy.random; random.seed(); numpy.random.seed()";

const NOTHING = new Uint8Array();

/**
 * @param {Uint8Array<ArrayBuffer>} packed as web/snapshot.js writes it
 * @returns {Snapshot}
 */
export function unpack(packed) {
  const [length] = new Uint32Array(packed.buffer, packed.byteOffset, 1);
  let at = 4 + length;
  /** @param {number} size */
  const take = (size) => {
    at += size;
    return packed.subarray(at - size, at);
  };
  const { libraries, files, stdlib, objects, size, runs } = JSON.parse(
    new TextDecoder().decode(packed.subarray(4, at)),
  );
  /** @param {[string, number]} entry @returns {Packed} */
  const file = ([path, bytes]) => ({ path, bytes: take(bytes) });
  return {
    libraries: libraries.map(file),
    files: files.map(file).map((/** @type {Packed} */ one) => ({ ...one, bytes: one.bytes.slice() })), // They stay.
    stdlib: take(stdlib),
    objects,
    size,
    runs: new Uint32Array(take(runs * 8).slice().buffer),
    memory: packed.subarray(at),
  };
}

/**
 * Have Pyodide load shared libraries before Python starts.
 *
 * @param {(settings: Module) => Promise<Module>} create Emscripten's function that makes the module
 * @param {Library[]} libraries
 * @param {(FS: any) => void} [fill] puts what else has to be there into the file system
 * @returns {(settings: Module) => Promise<Module>}
 */
export function prepare(create, libraries, fill = () => {}) {
  return (settings) => {
    settings.preRun.push(async (/** @type {Module} */ module) => {
      module.addRunDependency("libraries");
      fill(module.FS);
      const compiled = await Promise.all(libraries.map(({ compiled }) => compiled));
      // What Python counts arguments with, if it could be compiled here: it has its place in the table everywhere.
      if (!module._PyEM_CountArgsPtr) module.wasmTable.grow(1);
      for (const [i, { path }] of libraries.entries()) load(module, path, compiled[i]);
      module.reportUndefinedSymbols();
      module.removeRunDependency("libraries");
    });
    return create(settings);
  };
}

/** @param {Module} module @param {string} path @param {WebAssembly.Module} compiled */
function load(module, path, compiled) {
  const library = module.newDSO(path, undefined, "loading");
  library.global = false;
  const options = { loadAsync: false, nodelete: true, allowUndefined: true };
  library.exports = module.loadWebAssemblyModule(compiled, options, path, {});
}

/** @param {Module} module @param {number} pointer to what Python counts a function's arguments with; 0 where there is none */
export function countArguments(module, pointer) {
  const offset = module.HEAPU32[module.__PyEM_EMSCRIPTEN_COUNT_ARGS_OFFSET >>> 2];
  module.HEAPU32[(module.__PyRuntime + offset) >>> 2] = pointer;
}

/**
 * Put files where Python finds them.
 *
 * @param {any} FS
 * @param {Packed[]} files
 */
export function writeFiles(FS, files) {
  let made = "";
  for (const { path, bytes } of files) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder !== made) FS.mkdirTree(folder);
    made = folder;
    FS.writeFile(path, bytes, { canOwn: true });
  }
}

/**
 * Start Python from a snapshot.
 *
 * @param {(options: any) => Promise<any>} loadPyodide of the script pyodide.asm.js, which is loaded already
 * @param {Snapshot} taken
 * @param {object} options of `loadPyodide`
 * @param {object} [settings] of Emscripten's module that go before those of Pyodide
 * @returns {Promise<any>} Pyodide
 */
export async function startFrom(loadPyodide, taken, options, settings) {
  const compiled = taken.libraries.map(({ path, bytes }) => ({ path, compiled: WebAssembly.compile(bytes) }));
  const global = /** @type {any} */ (globalThis);
  const create = global._createPyodideModule;
  const prepared = prepare(create, compiled, (FS) => writeFiles(FS, taken.files));
  global._createPyodideModule = async (/** @type {Module} */ given) => {
    const module = await prepared({ ...given, ...settings, INITIAL_MEMORY: taken.size });
    module.API.restoreSnapshot = () => {
      const { runs, memory, objects } = taken;
      for (let i = 0, from = 0; i < runs.length; i += 2) {
        const to = from + runs[i + 1];
        module.HEAPU8.set(memory.subarray(from, to), runs[i]);
        from = to;
      }
      countArguments(module, module._PyEM_CountArgsPtr);
      return objects;
    };
    return module;
  };
  try {
    const [pyodide] = await Promise.all([
      loadPyodide({ ...options, _loadSnapshot: new Uint8Array() }), // Not empty for Pyodide, which only asks for its length.
      ...compiled.map((library) => library.compiled), // Where one cannot be compiled, Pyodide would wait forever.
    ]);
    pyodide.runPython(SEED);
    return pyodide;
  } finally {
    global._createPyodideModule = create;
    // Pyodide holds on to what was called, and so to this: all that was packed, 41 MB, is not needed any more.
    Object.assign(taken, { libraries: [], files: [], stdlib: NOTHING, memory: NOTHING });
  }
}

/**
 * What starts Python from the snapshot of a site, with what Pyodide gets instead of files that it asks for: `watchLoads`
 * takes both. All that is needed is asked for at once.
 *
 * @param {string} site
 */
export function pythonOf(site) {
  /** @type {Promise<Snapshot>} */
  let snapshot;
  return {
    /** @param {() => void} [whenFetched] called as soon as the network has nothing more to do @returns {Promise<any>} Pyodide */
    startPython: async (whenFetched) => {
      snapshot = fetchSnapshot(site);
      const program = fetchPacked(site, "wasm.pack", "application/wasm").then((response) =>
        WebAssembly.compileStreaming(response),
      );
      const [{ loadPyodide }, taken] = await Promise.all([
        imported("pyodide.mjs", import("../pyodide/pyodide.mjs")),
        snapshot,
        imported("pyodide.asm.js", import("../pyodide/pyodide.asm.js")), // What Pyodide would load later.
      ]);
      whenFetched?.();
      const starting = startFrom(loadPyodide, taken, { indexURL: `${site}pyodide/` }, { instantiateWasm: by(program) });
      return (await Promise.all([starting, program]))[0]; // Where it cannot be compiled, Pyodide would wait forever.
    },
    instead: {
      "pyodide.asm.wasm": async () => new Response(), // It is on its way already.
      "python_stdlib.zip": async () => new Response((await snapshot).stdlib),
    },
  };
}

/**
 * Give Emscripten a program that is compiled, or will be.
 *
 * @param {Promise<WebAssembly.Module>} program
 */
function by(program) {
  return (/** @type {WebAssembly.Imports} */ imports, /** @type {any} */ receive) => {
    program.then(async (compiled) => receive(await WebAssembly.instantiate(compiled, imports), compiled));
    return {};
  };
}

/** @param {string} site */
async function fetchSnapshot(site) {
  const response = await fetchPacked(site, "python.pack");
  try {
    return unpack(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    throw sayLost("python.pack", error); // There is not all of it.
  }
}

/** @param {string} site @param {string} name @param {string} [type] @returns {Promise<Response>} a file of py/ */
async function fetchPacked(site, name, type = "application/octet-stream") {
  const response = await fetch(new URL(`py/${name}`, site));
  if (response.headers.has("pyclassifier-unpacked")) return response; // by web/service_worker/answer.js
  const unpacked = /** @type {ReadableStream} */ (response.body).pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked, { headers: { "content-type": type } });
}
