/** pyclassifier through its client module, as another site would use it. */

export async function prepare({ client: url, backend, backbone, epochs }) {
  const { connect } = await import(url);
  const client = await connect({ backend });
  return (training, validation) => run(client, { backbone, epochs }, training, validation);
}

async function run(client, options, training, validation) {
  const start = performance.now();
  for (const [split, photos] of [
    ["training", training],
    ["validation", validation],
  ]) {
    const { problems } = await client.add(
      split,
      photos.map(({ label, file }) => ({ path: `${label}/${file.name}`, blob: file })),
    );
    if (problems.length) throw new Error(`${problems[0].path}: ${problems[0].reason}`);
  }
  const added = performance.now();
  const { evaluation, seconds } = await client.train(options);
  const { features, training: fitting } = seconds;
  const handing = (added - start) / 1000;
  const rest = (performance.now() - start) / 1000 - handing - features - fitting;
  const details = { handing, features, training: fitting, rest };
  return { correct: evaluation.correct, total: evaluation.total, details, backend: client.info.backend };
}
