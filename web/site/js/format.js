import { LANGUAGES, language } from "./locale.js";

/** What stands for a figure that does not exist, such as the precision of a class that was never predicted: Python's None. */
const NOTHING = "–";

/** Made once for each language and kind: making one takes long. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {number} value @param {Intl.NumberFormatOptions} options @returns {string} as the page's language writes it */
function written(value, options) {
  const key = `${language} ${Object.values(options)}`;
  const made = formats.get(key) ?? new Intl.NumberFormat(LANGUAGES[language].tag, options);
  formats.set(key, made);
  return made.format(value);
}

/** @param {number} digits after the decimal point */
const withDigits = (digits) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits });

/** @param {number} value @param {"hour" | "minute" | "second" | "megabyte"} unit @param {number} [digits] */
function measure(value, unit, digits = 0) {
  return written(value, { style: "unit", unit, ...withDigits(digits) });
}

/** @param {number} value @param {number} digits after the decimal point */
export function decimal(value, digits) {
  return written(value, withDigits(digits));
}

/** @param {number} value 1 or more @returns {string} "1.4" or "12", for "times as fast" */
export function multiple(value) {
  return decimal(value, value < 3 ? 1 : 0);
}

/** @param {number} n a whole number @returns {string} "5,000" */
export function number(n) {
  return decimal(n, 0);
}

/** @param {number | null | undefined} share 0 to 1 @param {number} [digits] @returns {string} "97.8 %" */
export function percent(share, digits = 1) {
  if (share === null || share === undefined) return NOTHING;
  const text = written(share, { style: "percent", ...withDigits(digits) });
  // Other people's scripts read the status: "validation accuracy 97.8 %".
  return language === "en" ? text.replace("%", " %") : text;
}

/** @param {number} share 0 to 1 @returns {string} "98", for ranges such as "92 to 98 %" */
export function wholePercent(share) {
  return String(Math.round(share * 100));
}

/** @param {number} bytes @returns {string} "8.5 MB" */
export function megabytes(bytes) {
  return measure(bytes / 1e6, "megabyte", 1);
}

/**
 * @param {number | null | undefined} value
 * @returns {string} "0.978", the field's way to write precision, recall and F1
 */
export function ratio(value) {
  return value === null || value === undefined || Number.isNaN(value) ? NOTHING : decimal(value, 3);
}

/** @param {number} seconds @returns {string} "8.4 secs", "2 mins 5 secs" or "1 hr 20 mins" */
export function duration(seconds) {
  const tenths = Math.round(seconds * 10) / 10; // before it is taken apart: 59.97 s are a minute
  if (tenths < 60) return measure(tenths, "second", 1);
  const whole = Math.round(seconds);
  if (whole < 3600) return `${measure(Math.floor(whole / 60), "minute")} ${measure(whole % 60, "second")}`;
  return hours(Math.round(seconds / 60));
}

/** @param {number} minutes a whole number, of an hour or more */
function hours(minutes) {
  return `${measure(Math.floor(minutes / 60), "hour")} ${measure(minutes % 60, "minute")}`;
}

/** @param {number} seconds still to come @returns {string} "20 secs", "3 mins" or "1 hr 20 mins" */
export function roughly(seconds) {
  const whole = Math.ceil(seconds);
  if (whole < 60) return measure(whole, "second");
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? measure(minutes, "minute") : hours(minutes);
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
