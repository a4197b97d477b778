/**
 * ml-classifier 0.5.1 as its README says, with the tf.js 0.12 that it wants, on the page's thread. It is a module that
 * imports tf.js by a name that only a bundler finds; here it gets the one that is loaded.
 */
import { loadImage, loadScript } from "./race.js";

const IMPORT = /^import (\{[^}]*\}) from '@tensorflow\/tfjs';/;

export async function prepare({ tfjs, library, model, epochs }) {
  await loadScript(tfjs);
  const { tf } = globalThis;
  tf.setBackend("webgl");
  const source = await (await fetch(library)).text();
  if (!IMPORT.test(source)) throw new Error(`${library} does not import tf.js as ml-classifier 0.5.1 does`);
  const script = new Blob([source.replace(IMPORT, "const $1 = globalThis.tf;")], { type: "text/javascript" });
  const { default: MLClassifier } = await import(URL.createObjectURL(script));
  const mobilenet = await tf.loadModel(model);
  const layer = mobilenet.getLayer("conv_pw_13_relu");
  const classifier = new MLClassifier({
    pretrainedModel: tf.model({ inputs: [mobilenet.inputs[0]], outputs: layer.output }),
  });
  await classifier.loaded();
  return (training, validation) => run(classifier, epochs, training, validation);
}

async function run(classifier, epochs, training, validation) {
  const start = performance.now();
  const images = await Promise.all(training.map(({ file }) => loadImage(file)));
  await classifier.addData(
    images,
    training.map(({ label }) => label),
    "train",
  );
  const featured = performance.now();
  await classifier.train({ epochs });
  const trained = performance.now();
  let correct = 0;
  for (const { label, file } of validation) {
    if ((await classifier.predict(await loadImage(file))) === label) correct += 1;
  }
  const details = {
    features: (featured - start) / 1000,
    training: (trained - featured) / 1000,
    evaluation: (performance.now() - trained) / 1000,
  };
  return { correct, total: validation.length, details, backend: globalThis.tf.getBackend() };
}
