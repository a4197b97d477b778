import { createCodeFold } from "./code.js";
import { element, write } from "./dom.js";
import { download } from "./download.js";
import { megabytes, percent } from "./format.js";
import { language } from "./locale.js";
import { isStopped } from "./operations.js";
import { addressOf } from "./place.js";
import { fetchReadyTexts } from "./readypage.js";
import { isFree } from "./state.js";
import { texts } from "./texts.js";

/** @typedef {import("./calls.js").StorageCost} StorageCost */
/** @typedef {import("./calls.js").StoredAs} StoredAs */

const NAME = "pyclassifier-model";
/** The most exact first. @type {StoredAs[]} */
const STORED_AS = ["float32", "uint16", "float16", "uint8"];
const SITE = addressOf();

/** @param {string} version of the package */
const COMMANDS = (version) => `\
pip install "pyclassifier[export] @ ${SITE}wheels/pyclassifier-${version}-py3-none-any.whl"
pyclassifier-convert ${NAME}.zip model.keras
pyclassifier-convert ${NAME}.zip model_float16.tflite --quantize float16
pyclassifier-convert ${NAME}.zip model_int8.tflite --quantize int8 --calibration photos/
pyclassifier-convert ${NAME}.zip saved_model/ --to saved_model
`;

/**
 * Taking the model away: in fewer bits, as a page of its own, into other programs, with its record.
 *
 * @param {import("./types.js").App} app
 */
export function createTakeView(app) {
  const { store, status, run, find } = app;
  const box = find("take", HTMLDetailsElement);
  const panel = find("try", HTMLElement);
  const costs = createCosts(app);
  const code = createCode(app);
  const save = find("take-download", HTMLButtonElement);
  const page = find("take-page", HTMLButtonElement);
  const onnx = find("take-onnx", HTMLButtonElement);
  const oneFile = find("take-one-file", HTMLButtonElement);

  /** @param {"tfjs" | "onnx"} format @param {string} name of the file */
  function takeModel(format, name) {
    run("model", panel, async (desk) => {
      status.progress(() => texts.packing);
      download(await desk.exportModel({ name: NAME, dtype: costs.chosen(), format }), name);
      status.show(() => texts.downloaded(name));
    });
  }
  save.addEventListener("click", () => takeModel("tfjs", `${NAME}.zip`));
  onnx.addEventListener("click", () => takeModel("onnx", `${NAME}.onnx`));

  /** @param {string} name of the file @param {boolean} oneFile */
  function takePage(name, oneFile) {
    run("model", panel, async (desk) => {
      status.progress(() => texts.packing);
      const spoken = await fetchReadyTexts(SITE, language);
      download(await desk.exportPage({ name: NAME, dtype: costs.chosen(), texts: spoken, oneFile }), name);
      status.show(() => texts.pageDownloaded(name));
    });
  }
  page.addEventListener("click", () => takePage("pyclassifier-page.zip", false));
  oneFile.addEventListener("click", () => takePage("pyclassifier-page.html", true));

  box.addEventListener("toggle", () => {
    if (box.open) code.show();
  });

  /** @type {import("./types.js").Model | null} */
  let shown = null;
  store.subscribe((state) => {
    const free = isFree(state) && state.model !== null;
    for (const button of [save, onnx, page, oneFile]) button.disabled = !free;
    costs.update(free);
    if (state.model === shown) return;
    shown = state.model;
    box.hidden = shown === null;
    costs.forget();
    if (box.open) code.show();
  });
}

/**
 * What fewer bits cost, and the choice of one of them.
 *
 * @param {import("./types.js").App} app
 */
function createCosts({ run, status, find, desk: place }) {
  const panel = find("try", HTMLElement);
  const note = find("take-note", HTMLElement);
  const measure = find("take-measure", HTMLButtonElement);
  const stop = find("take-stop", HTMLButtonElement);
  const rows = STORED_AS.map((dtype) => createRow(dtype, `${place}-stored-as`));
  const table = find("take-costs", HTMLElement);
  table.append(...rows.map(({ row }) => row));
  table.addEventListener("change", () => explain());
  let abort = new AbortController();

  stop.addEventListener("click", () => {
    stop.disabled = true;
    abort.abort();
    status.progress(() => texts.stopping);
  });

  measure.addEventListener("click", () => {
    run("model", panel, async (desk) => {
      abort = new AbortController();
      stop.disabled = stop.hidden = false;
      measure.hidden = true;
      /** @param {import("./calls.js").Progress} progress */
      const onProgress = ({ done, total }) => {
        if (!abort.signal.aborted) status.progress(() => texts.measuring(done, total), done, total);
      };
      status.progress(() => texts.packing);
      try {
        const measured = await desk.measureStorage({ onProgress, signal: abort.signal });
        for (const cost of measured) rows.find(({ dtype }) => dtype === cost.dtype)?.show(cost);
        const total = measured[0].evaluation?.total ?? 0;
        write(note, () => texts.measuredOn(total));
        status.show(() => texts.measured);
      } catch (error) {
        if (!isStopped(error)) throw error;
        status.show(() => texts.measuringStopped);
      } finally {
        stop.hidden = true;
        measure.hidden = false;
        measure.focus();
      }
    });
  });

  /** @returns {StoredAs} */
  const chosen = () => rows.find(({ input }) => input.checked)?.dtype ?? "float32";
  const explain = () => write(find("take-hint", HTMLElement), () => `${chosen()}: ${texts.storedAs[chosen()]}`);
  explain();

  return {
    chosen,
    /** Another model has other costs. */
    forget() {
      for (const row of rows) row.forget();
      write(note, () => texts.notMeasured);
    },
    /** @param {boolean} free */
    update(free) {
      measure.disabled = !free;
    },
  };
}

/** @param {StoredAs} dtype @param {string} group */
function createRow(dtype, group) {
  const input = element("input", { type: "radio", name: group, value: dtype });
  input.checked = dtype === "float32";
  const label = element("label", {}, input, element("span", { class: "name" }, dtype));
  const cells = [element("td"), element("td"), element("td")];
  return {
    dtype,
    input,
    row: element("tr", {}, element("th", { scope: "row" }, label), ...cells),
    /** @param {StorageCost} cost */
    show({ bytes, evaluation, largestChange }) {
      write(cells[0], () => megabytes(bytes));
      write(cells[1], () => percent(evaluation?.accuracy));
      write(cells[2], () => percent(largestChange, 2));
    },
    forget() {
      for (const cell of cells) cell.textContent = "–";
    },
  };
}

/**
 * Code that uses the model, and how it came about.
 *
 * @param {import("./types.js").App} app
 */
function createCode({ store, status, find, desk }) {
  const saveRecord = element("button", { type: "button" }, () => texts.downloadRecord);
  const commands = createCodeFold(
    status,
    () => texts.commandsTitle,
    () => texts.commandsHint,
  );
  const html = createCodeFold(
    status,
    () => texts.htmlTitle,
    () => texts.htmlHint,
  );
  const javascript = createCodeFold(
    status,
    () => texts.javascriptTitle,
    () => texts.javascriptHint,
  );
  const python = createCodeFold(
    status,
    () => texts.pythonTitle,
    () => texts.pythonHint,
  );
  const record = createCodeFold(
    status,
    () => texts.recordTitle,
    () => texts.recordHint,
    saveRecord,
  );
  find("take-code", HTMLElement).append(commands.fold, html.fold, javascript.fold, python.fold, record.fold);
  let text = "";
  saveRecord.addEventListener("click", () =>
    download(new Blob([text], { type: "application/json" }), "pyclassifier-record.json"),
  );

  return {
    async show() {
      const { client, info } = store.get();
      if (!client || !info) return;
      commands.show(COMMANDS(info.versions.pyclassifier));
      try {
        const found = await client.desk(desk).takeAway();
        text = JSON.stringify(found.record, null, 1);
        html.show(found.html);
        javascript.show(found.javascript);
        python.show(found.python);
        record.show(text);
      } catch (error) {
        status.fail(() => texts.failed.model, error);
      }
    },
  };
}
