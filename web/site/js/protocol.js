/**
 * What passes between the page's thread and the worker, around the calls that Python declares: those, and the plain data in
 * them, are typed in calls.d.ts, which web/declare.py makes of web/desks/.
 *
 * @typedef {{ path: string, blob: Blob }} NamedBlob
 *
 * @typedef {object} Kept  how it stands with what is kept in the browser
 * @property {DeskName} desk
 * @property {"" | "opening" | "saving" | "saved" | "full" | "elsewhere" | "gone" | `unavailable: ${string}`} state  "": there is nothing yet;
 *   "opening": there is one, which waits for what reads it;
 *   "elsewhere": another tab has the project, and nothing is kept here; "gone": it was deleted underneath, and is kept
 *   anew after the next call
 * @property {number} unsaved  photos that are not kept
 * @property {number} id  of the project, 0 where there is none
 * @property {number} other  the project that another tab has, 0 where none has
 * @property {string} name
 * @property {number} bytes
 *
 * @typedef {Omit<import("./calls.js").Calls, "connect" | "loadEngine"> & {
 *   connect: [[{ backend: string, fastest: Fastest | null, load: import("./calls.js").Load, lock: string }], import("./calls.js").Info],
 * }} Methods  parameters and result; what takes files gets them before, in Parts
 *
 * @typedef {Record<string, string>} Fastest  what was measured before: the fastest backends, by what graphics processor there was
 *
 * @typedef {"photos" | "digits" | "logos"} DeskName  whose photos and classifier a method is about
 * @typedef {{ id: number, method: keyof Methods, args: unknown[], desk: DeskName }} Request  page -> worker
 * @typedef {{ id: number, files: NamedBlob[] }} Part  page -> worker: some of the files of a request that follows
 * @typedef {{ id: number, abort: true }} Abort  page -> worker
 * @typedef {{ id: number, progress: import("./calls.js").Progress }} ProgressReply  worker -> page; stages of `connect`: python,
 *   packages, tensorflow, backbone; of all that takes files: sending
 * @typedef {{ id: number, result: unknown }} ResultReply  worker -> page
 * @typedef {{ id: number, error: { name: string, message: string } & import("./calls.js").Coded }} ErrorReply  worker -> page
 * @typedef {{ note: Kept }} NoteReply  worker -> page, of its own accord
 * @typedef {{ ended: string }} EndReply  worker -> page: it ends, and why
 * @typedef {ProgressReply | ResultReply | ErrorReply | NoteReply | EndReply} Reply
 */

/** Name of the errors that mean: stopped because the caller asked for it. */
export const ABORTED = "AbortError";
