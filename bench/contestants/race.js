/**
 * Runs one contestant on photos held in memory. A contestant exports `prepare(options)`, which loads what a page has
 * loaded before its visitor hands photos over, and returns `run(training, validation) -> { correct, total, details }`.
 *
 * @typedef {{ label: string, file: File }} Photo
 */

/** Load a classic script, such as tf.js's own bundles. */
export function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: url });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} could not be loaded`));
    document.head.append(script);
  });
}

/** An <img> of a photo. */
export async function loadImage(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  URL.revokeObjectURL(image.src);
  return image;
}

/** Labels in the order of the outputs. */
export function labelsOf(photos) {
  return [...new Set(photos.map(({ label }) => label))].sort();
}

async function readPhotos(list) {
  const read = async ({ label, url }) => {
    const blob = await (await fetch(url)).blob();
    return { label, file: new File([blob], url.split("/").at(-1), { type: blob.type }) };
  };
  return Promise.all(list.map(read));
}

/** Time from photos handed over to validation accuracy known. */
export async function race({ contestant, options, training, validation }) {
  const { prepare } = await import(`./${contestant}.js`);
  const photos = [await readPhotos(training), await readPhotos(validation)];
  const run = await prepare(options);
  const start = performance.now();
  const result = await run(...photos);
  const end = performance.now();
  // A task that began earlier, in prepare(), is none of this run's.
  const tasks = globalThis.longTasks().filter(({ startTime }) => startTime >= start && startTime < end);
  const longest = Math.max(0, ...tasks.map(({ duration }) => duration));
  return { ...result, seconds: (end - start) / 1000, longest };
}
