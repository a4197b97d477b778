import { LANGUAGES, language } from "./locale.js";

/** What stands for a figure that does not exist, such as the precision of a class that was never predicted: Python's None. */
const NOTHING = "–";

/**
 * What each language puts behind a number.
 *
 * @type {Record<import("./locale.js").Language, Record<"percent" | "second" | "minute" | "megabyte", string>>}
 */
const SIGNS = {
  en: { percent: " %", second: " s", minute: " min", megabyte: " MB" },
  fr: { percent: "\u202f%", second: "\u00a0s", minute: "\u00a0min", megabyte: "\u00a0Mo" },
  zh: { percent: "%", second: "秒", minute: "分", megabyte: " MB" },
};

/** Made once for each language and kind: making one takes long. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {number} value @param {number} digits after the decimal point */
export function decimal(value, digits) {
  const key = `${language} ${digits}`;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const made = formats.get(key) ?? new Intl.NumberFormat(LANGUAGES[language].tag, options);
  formats.set(key, made);
  return made.format(value);
}

/** @param {number} n a whole number @returns {string} "5,000" */
export function number(n) {
  return decimal(n, 0);
}

/** @param {number | null | undefined} share 0 to 1 @param {number} [digits] @returns {string} "97.8 %" */
export function percent(share, digits = 1) {
  return share === null || share === undefined ? NOTHING : decimal(share * 100, digits) + SIGNS[language].percent;
}

/** @param {number} share 0 to 1 @returns {string} "98", for ranges such as "92 to 98 %" */
export function wholePercent(share) {
  return String(Math.round(share * 100));
}

/** @param {number} bytes @returns {string} "8.5 MB" */
export function megabytes(bytes) {
  return decimal(bytes / 1e6, 1) + SIGNS[language].megabyte;
}

/**
 * @param {number | null | undefined} value
 * @returns {string} "0.978", the field's way to write precision, recall and F1
 */
export function ratio(value) {
  return value === null || value === undefined || Number.isNaN(value) ? NOTHING : decimal(value, 3);
}

/** @param {number} seconds @returns {string} "8.4 s" or "2 min 5 s" */
export function duration(seconds) {
  const { second, minute } = SIGNS[language];
  if (seconds < 60) return decimal(seconds, 1) + second;
  const whole = Math.round(seconds); // before it is taken apart: 119.6 s are 2 min 0 s
  return `${Math.floor(whole / 60)}${minute} ${whole % 60}${second}`;
}

/** @param {number} seconds still to come @returns {string} "20 s" or "3 min" */
export function roughly(seconds) {
  const { second, minute } = SIGNS[language];
  return seconds < 60 ? decimal(Math.ceil(seconds), 0) + second : decimal(Math.ceil(seconds / 60), 0) + minute;
}

/** @param {Date} when @returns {string} "24 Nov, 20:17" */
export function dayAndTime(when) {
  return when.toLocaleString(LANGUAGES[language].tag, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
}

/**
 * @param {import("./types.js").KnownPhoto} photo
 * @returns {string} its relative path, or its name where it has none
 */
export function pathOf(photo) {
  return photo instanceof File ? photo.webkitRelativePath || photo.name : photo.path;
}

/** @param {string} path @returns {string} */
export function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}
