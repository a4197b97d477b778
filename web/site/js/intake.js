/**
 * From what people drop or choose to photos with their relative paths.
 *
 * @typedef {import("./types.js").Photo} Photo
 * @typedef {import("./calls.js").Problem} Problem
 * @typedef {{ photos: Photo[], problems: Problem[] }} Intake
 * @typedef {{ signal?: AbortSignal, onFound?: (n: number) => void }} Looking  onFound: how many files so far
 * @typedef {(looking?: Looking) => Promise<Intake>} Source
 */
import { fetchPicture } from "./address.js";
import { draggedAddress, draggedPhotos } from "./dragged.js";
import { pathOf } from "./format.js";
import { texts } from "./texts.js";

/**
 * Take a drop: files, folders, or a picture of another page. The entries must be asked for during the event, since the
 * browser empties its list afterwards; the folders are read, and the picture is fetched, when the source is called.
 *
 * @param {DataTransfer} transfer
 * @returns {Source | null} null where something else was dropped
 */
function takeDrop(transfer) {
  /** @type {(FileSystemEntry | File)[]} */
  const things = [];
  for (const item of transfer.items) {
    const thing = item.kind === "file" ? (item.webkitGetAsEntry() ?? item.getAsFile()) : null;
    if (thing) things.push(thing);
  }
  if (things.length === 0) {
    const address = draggedAddress(transfer);
    return address === null ? null : takeAddress(address);
  }
  return async (looking = {}) => {
    /** @type {Intake} */
    const intake = { photos: [], problems: [] };
    for (const thing of things) {
      if (thing instanceof File) intake.photos.push(thing);
      else await readEntry(thing, intake, looking);
    }
    return intake;
  };
}

/** @param {string} url @returns {Source} */
export function takeAddress(url) {
  return async ({ signal } = {}) => ({ photos: [await fetchPicture(url, signal)], problems: [] });
}

/** @param {HTMLInputElement} input @returns {Source} */
export function takeInput(input) {
  const photos = [...(input.files ?? [])];
  input.value = ""; // so that choosing the same folder again is a change again
  return takePhotos(photos);
}

/**
 * Take whatever is chosen in a field, also what was chosen there before this program had come.
 *
 * @param {HTMLInputElement} input
 * @param {(source: Source) => void} onChosen
 */
export function takeChosen(input, onChosen) {
  const take = () => onChosen(takeInput(input));
  input.addEventListener("change", take);
  if (input.files?.length) take();
}

/** @param {Photo[]} photos @returns {Source} */
export function takePhotos(photos) {
  return async () => ({ photos, problems: [] });
}

/** @param {FileSystemEntry} entry @param {Intake} intake @param {Looking} looking */
async function readEntry(entry, intake, looking) {
  try {
    if (entry.isDirectory) {
      await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry), intake, looking);
    } else {
      const blob = await readFile(/** @type {FileSystemFileEntry} */ (entry));
      intake.photos.push({ path: pathInDrop(entry), blob });
    }
  } catch (error) {
    intake.problems.push({ path: pathInDrop(entry), reason: texts.unreadable(error) });
  }
}

/** @param {FileSystemDirectoryEntry} folder @param {Intake} intake @param {Looking} looking */
async function readFolder(folder, intake, looking) {
  const reader = folder.createReader();
  while (!looking.signal?.aborted) {
    // At most 100 entries come per call; only an empty answer means the end.
    const entries = await readSome(reader);
    if (entries.length === 0) return;
    // Folders one by one: the answers for many at once come in one piece, and would block the page.
    await Promise.all(entries.filter(({ isFile }) => isFile).map((entry) => readEntry(entry, intake, looking)));
    looking.onFound?.(intake.photos.length);
    for (const entry of entries.filter(({ isDirectory }) => isDirectory)) await readEntry(entry, intake, looking);
  }
}

/** @param {FileSystemDirectoryReader} reader @returns {Promise<FileSystemEntry[]>} */
function readSome(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
function readFile(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** @param {FileSystemEntry} entry */
function pathInDrop(entry) {
  return entry.fullPath.replace(/^\//, "");
}

/**
 * Put photos in a fixed order, 2.jpg before 10.jpg: folders are read in parallel, and results must not depend on who
 * answers first. Padded numbers, since `Intl.Collator` blocks the page for a third of a second on 5,000 names.
 *
 * @param {Photo[]} photos
 */
export function inOrder(photos) {
  return photos
    .map((photo) => ({ photo, key: pathOf(photo).replace(/\d+/g, (digits) => digits.padStart(12, "0")) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ photo }) => photo);
}

/** Drops that a zone could not take: what is around it is not to take them for its own. @type {WeakSet<Event>} */
const refused = new WeakSet();

/**
 * Make an element take drops, with its looks following.
 *
 * @param {HTMLElement} zone
 * @param {(event: DragEvent) => boolean} isOpen
 * @param {(source: Source | null) => void} onDrop null where something else than files was dropped
 */
export function acceptDrops(zone, isOpen, onDrop) {
  /** @param {DragEvent} event */
  const over = (event) => {
    if (!isOpen(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the zone inside, not the panel around it
    clearTarget();
    zone.dataset.over = "true";
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", (event) => {
    const to = event.relatedTarget;
    if (!(to instanceof Node && zone.contains(to))) delete zone.dataset.over;
  });
  zone.addEventListener("drop", (event) => {
    clearTarget();
    if (!isOpen(event)) refused.add(event);
    if (refused.has(event)) return;
    event.preventDefault();
    event.stopPropagation();
    onDrop(event.dataTransfer ? takeDrop(event.dataTransfer) : null);
  });
}

function clearTarget() {
  for (const zone of document.querySelectorAll("[data-over]")) zone.removeAttribute("data-over");
}

/**
 * A drop that no zone takes does not replace the page with the photo, which would lose the work: beside the page's main part
 * it counts as one on it, and what is not taken there either is said.
 *
 * @param {(transfer: DataTransfer) => void} onLost
 */
export function catchStrayDrops(onLost) {
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = bringsPhotos(event.dataTransfer) ? "copy" : "none";
  });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    const { dataTransfer, target } = event;
    if (!dataTransfer || !bringsPhotos(dataTransfer) || draggedPhotos(event).length > 0) return;
    const main = document.querySelector("main:not([hidden])");
    const again = new DragEvent("drop", { dataTransfer, cancelable: true });
    if (main && !(target instanceof Node && main.contains(target)) && !main.dispatchEvent(again)) return;
    onLost(dataTransfer);
  });
}

/** @param {DataTransfer} transfer @returns {boolean} whether there are files, or a picture of another page */
function bringsPhotos({ types }) {
  return types.includes("Files") || types.includes("text/uri-list");
}
