import { element } from "./dom.js";
import { texts } from "./texts.js";

const FETCHER = new URL("../fetch.html", import.meta.url);

/**
 * Fetch a picture from another site. The page itself may not: its policy allows requests to its own origin only. So a
 * document with another policy (fetch.html) is opened for this one address, and closed again.
 *
 * @param {string} url
 * @returns {Promise<import("./protocol.js").NamedBlob>}
 */
export async function fetchPicture(url) {
  const frame = element("iframe", { src: FETCHER.href, hidden: "", title: texts.fetching(url) });
  document.body.append(frame);
  try {
    await isReady(frame);
    const found = await ask(frame, url);
    if ("blob" in found) return { path: nameIn(url), blob: found.blob };
    throw new Error(
      "status" in found
        ? texts.addressStatus(url, found.status)
        : "tooLarge" in found
          ? texts.addressTooLarge(found.tooLarge)
          : texts.addressRefused(new URL(url).host),
    );
  } finally {
    frame.remove();
  }
}

/** @param {HTMLIFrameElement} frame @returns {Promise<void>} */
function isReady(frame) {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const timer = setTimeout(() => (done.abort(), reject(new Error(texts.fetcherMissing))), 15_000);
    /** @param {MessageEvent} event */
    const listen = ({ source, data }) => {
      if (source !== frame.contentWindow || data !== "ready") return;
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    window.addEventListener("message", listen, { signal: done.signal });
  });
}

/** @param {HTMLIFrameElement} frame @param {string} url @returns {Promise<import("./remote.js").Fetched>} */
function ask(frame, url) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    frame.contentWindow?.postMessage({ url }, location.origin, [port2]);
  });
}

/** @param {string} url */
function nameIn(url) {
  const { host, pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1) || host;
}
