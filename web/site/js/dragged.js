/** What is dragged: photos of a grid, or a picture out of another page. */

const PHOTOS = "application/x-pyclassifier-photos";

/** @type {number[]} the photos that are dragged: what a transfer holds can only be read when it is dropped */
let dragged = [];

/** @param {DataTransfer} transfer @param {number[]} ids of the photos that are dragged from now on */
export function dragPhotos(transfer, ids) {
  dragged = ids;
  document.addEventListener("dragend", () => (dragged = []), { once: true });
  transfer.setData(PHOTOS, String(ids.length));
  transfer.effectAllowed = "move";
}

/** @param {DragEvent} event @returns {number[]} ids of the photos that are dragged from a grid; none for anything else */
export function draggedPhotos({ dataTransfer }) {
  return dataTransfer?.types.includes(PHOTOS) ? dragged : [];
}

/**
 * The address of a picture that was dragged out of another page. That page's text is only looked at, in a document of its
 * own where nothing is loaded or run.
 *
 * @param {DataTransfer} transfer
 * @returns {string | null} null where there is none
 */
export function draggedAddress(transfer) {
  const page = new DOMParser().parseFromString(transfer.getData("text/html"), "text/html");
  // A picture that is a link: the list names where the link goes, the text has the picture.
  const inText = page.querySelector("img[src]")?.getAttribute("src") ?? "";
  const inList =
    transfer
      .getData("text/uri-list")
      .split(/[\r\n]+/)
      .find((line) => line && !line.startsWith("#")) ?? "";
  return [inText, inList].find((url) => /^(https?:|data:image\/)/.test(url)) ?? null;
}
