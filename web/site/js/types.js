/**
 * What the page's modules share; what the client takes and gives is typed in `protocol.js`. Types only.
 *
 * @typedef {import("./client.js").Client} Client
 * @typedef {File | import("./protocol.js").NamedBlob} Photo
 * @typedef {import("./calls.js").ClassCount} ClassCount
 * @typedef {import("./calls.js").Info} ClientInfo
 *
 * @typedef {Photo | { path: string, blob: null }} KnownPhoto  blob null: only Python has it, such as one out of a zip
 *
 * @typedef {object} Model
 * @property {string[]} classes
 * @property {"trained" | "opened"} source
 * @property {number | null} [otherwise] how far this machine computes from what the archive promises, if too far
 * @typedef {"loading" | "adding" | "training" | "recognising" | "model" | "backend" | "network" | "arranging" | "checking" | "restoring"} Activity
 *
 * @typedef {object} State
 * @property {Client | null} client
 * @property {ClientInfo | null} info
 * @property {string | null} left  the backend that was used before, and ended more than once, or is no longer there
 * @property {import("./calls.js").Backend[] | null} found all that can compute here, once somebody looked for it
 * @property {import("./fastest.js").Time[] | null} measured how fast each of them is, once that is known
 * @property {boolean} byHand whether somebody chose what computes
 * @property {boolean} stored whether the browser has stored the site for later, or will not
 * @property {Activity | null} busy what the page is doing; null when it is free
 * @property {boolean} failed whether starting up went wrong
 * @property {ClassCount[]} classes
 * @property {import("./calls.js").AlbumOverview | null} album as Python told last
 * @property {string[] | null} planned classes without photos that came back with the project; null: another project begins
 * @property {Map<number, KnownPhoto>} photos all photos by id, for pictures of them
 * @property {import("./calls.js").Problem[]} problems files that were held back when photos came in last
 * @property {Model | null} model
 * @property {import("./calls.js").Fix | null} unreadable what deletes the photos that are known to be unreadable
 *
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./status.js").Status} Status
 * @typedef {import("./operations.js").Run} Run
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {typeof import("./dom.js").find} Find of elements of one page
 * @typedef {{
 *   store: Store,
 *   status: Status,
 *   run: Run,
 *   whenStarted: import("./operations.js").WhenStarted,
 *   find: Find,
 *   desk: import("./protocol.js").DeskName,
 * }} App of one page
 */
export {};
