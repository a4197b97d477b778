import { loadPyodide } from "../pyodide/pyodide.mjs";

const output = /** @type {HTMLElement} */ (document.getElementById("output"));
const code = /** @type {HTMLElement} */ (document.getElementById("code")).textContent ?? "";
/** @param {string} line */
const show = (line) => output.append(`${line.split("\r").pop()}\n`);

const pyodide = await loadPyodide({ packages: ["pyclassifier"], stdout: show });
try {
  await pyodide.runPythonAsync(code);
} catch (error) {
  show(/** @type {Error} */ (error).message);
} finally {
  document.body.dataset.done = "true";
}
