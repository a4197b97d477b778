import { element } from "./dom.js";
import { helpWith } from "./form.js";
import { texts } from "./texts.js";

const FETCHER = new URL("../fetch.html", import.meta.url);

/**
 * Fetch a picture from another site. The page itself may not: its policy allows requests to its own origin only. So a
 * document with another policy (fetch.html) is opened for this one address, and closed again.
 *
 * @param {string} url
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./protocol.js").NamedBlob>}
 */
export async function fetchPicture(url, signal) {
  if (url.startsWith("data:")) return decodePicture(url);
  const frame = element("iframe", { src: FETCHER.href, hidden: "", title: texts.fetching(url) });
  document.body.append(frame);
  try {
    await isReady(frame);
    const found = await Promise.race([ask(frame, url), aborted(signal)]);
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

/**
 * A form that fetches the picture whose address is typed, only when it is sent.
 *
 * @param {HTMLFormElement} form with one field and one button
 * @param {(url: string) => Promise<void>} onAddress
 */
export function createAddressForm(form, onAddress) {
  const address = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  helpWith(address, () => texts.expectedAddress);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await onAddress(address.value);
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {string} url that holds the picture itself @returns {import("./protocol.js").NamedBlob} */
function decodePicture(url) {
  const [head, body] = [url.slice(0, url.indexOf(",")), url.slice(url.indexOf(",") + 1)];
  const text = head.endsWith(";base64") ? atob(body) : decodeURIComponent(body);
  const type = head.slice("data:".length).split(";")[0];
  const suffix = type.split("/")[1].split("+")[0];
  return { path: `picture.${suffix}`, blob: new Blob([Uint8Array.from(text, (c) => c.charCodeAt(0))], { type }) };
}

/** @param {HTMLIFrameElement} frame @returns {Promise<void>} */
function isReady(frame) {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const timer = setTimeout(() => {
      done.abort();
      reject(new Error(texts.fetcherMissing));
    }, 15_000);
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

/** @param {AbortSignal} [signal] @returns {Promise<never>} */
function aborted(signal) {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

/** @param {string} url */
function nameIn(url) {
  const { host, pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1) || host;
}
