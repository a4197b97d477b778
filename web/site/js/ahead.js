/** Files that Python asks for once it has started, fetched meanwhile, so that the network does not stand still. */

const { fetch } = self;
/** By their addresses; each is handed out once. @type {Map<string, Promise<Response>>} */
const coming = new Map();

self.fetch = (...request) => {
  const url = String(request[0]);
  const response = coming.get(url);
  coming.delete(url);
  return response ?? fetch(...request);
};

/**
 * Fetch the site's default backbone.
 *
 * @param {string} site
 * @param {Promise<string>} index the site's models/index.json
 */
export async function fetchBackbone(site, index) {
  try {
    const [{ card }] = JSON.parse(await index);
    const folder = `${site}models/${card.name}/features/`;
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(await fetchAhead(`${folder}model.json`)));
    for (const { paths } of weightsManifest)
      await Promise.all(paths.map((/** @type {string} */ path) => fetchAhead(folder + path)));
  } catch {
    // Whoever asks for it is told.
  }
}

/** @param {string} url @returns {Promise<ArrayBuffer>} what comes */
async function fetchAhead(url) {
  // What nobody reads does not come.
  const reading = fetch(url).then(async (response) => ({ response, bytes: await response.arrayBuffer() }));
  const handed = reading.then(({ response, bytes }) => new Response(bytes, response));
  handed.catch(() => {});
  coming.set(url, handed);
  return (await reading).bytes;
}
