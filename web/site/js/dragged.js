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
  const inList = transfer.getData("text/uri-list").split(/[\r\n]+/).find((line) => line && !line.startsWith("#")) ?? "";
  return [inText, inList].find((url) => /^(https?:|data:image\/)/.test(url)) ?? null;
}
