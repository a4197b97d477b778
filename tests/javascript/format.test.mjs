import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import * as format from "../../web/site/js/format.js";
import { setLanguage } from "../../web/site/js/locale.js";

/** Compare what a function makes of its arguments in each language. Which of two widths French's
 * unbreaking spaces have is a matter of the browser's version. */
function assertIn(languages, make) {
  for (const [language, expected] of Object.entries(languages)) {
    setLanguage(language);
    assert.equal(make().replaceAll("\u202f", "\u00a0"), expected.replaceAll("\u202f", "\u00a0"), language);
  }
  setLanguage("en");
}

test("a decimal number has as many digits as asked for", () => {
  assertIn({ en: "3.14", fr: "3,14", zh: "3.14" }, () => format.decimal(Math.PI, 2));
  assertIn({ en: "2.0", fr: "2,0", zh: "2.0" }, () => format.decimal(2, 1));
});

test("times as fast are tenths where they are few", () => {
  assertIn({ en: "1.4", fr: "1,4", zh: "1.4" }, () => format.multiple(1.4));
  assertIn({ en: "12", fr: "12", zh: "12" }, () => format.multiple(12.3));
});

test("a whole number has its thousands apart", () => {
  assertIn({ en: "5,000", fr: "5\u202f000", zh: "5,000" }, () => format.number(5000));
});

test("a share is a percentage", () => {
  assertIn({ en: "97.8 %", fr: "97,8\u202f%", zh: "97.8%" }, () => format.percent(0.978));
  assertIn({ en: "98 %", fr: "98\u202f%", zh: "98%" }, () => format.percent(0.978, 0));
});

test("a figure that does not exist is a dash in every language", () => {
  const dash = { en: "–", fr: "–", zh: "–" };
  for (const nothing of [null, undefined]) {
    assertIn(dash, () => format.percent(nothing));
    assertIn(dash, () => format.ratio(nothing));
  }
  assertIn(dash, () => format.ratio(Number.NaN));
});

test("a figure of 0 is none that does not exist", () => {
  assertIn({ en: "0.0 %", fr: "0,0\u202f%", zh: "0.0%" }, () => format.percent(0));
  assertIn({ en: "0.000", fr: "0,000", zh: "0.000" }, () => format.ratio(0));
});

test("the ends of a range are percentages without their sign", () => {
  assertIn({ en: "98", fr: "98", zh: "98" }, () => format.wholePercent(0.978));
});

test("bytes are megabytes of a million", () => {
  assertIn({ en: "8.5 MB", fr: "8,5\u00a0Mo", zh: "8.5 MB" }, () => format.megabytes(8_512_345));
});

test("precision, recall and F1 have three digits", () => {
  assertIn({ en: "0.978", fr: "0,978", zh: "0.978" }, () => format.ratio(0.97801));
});

test("a duration has minutes from the first one on, and hours", () => {
  assertIn({ en: "8.4 secs", fr: "8,4\u00a0s", zh: "8.4秒" }, () => format.duration(8.44));
  assertIn({ en: "59.9 secs", fr: "59,9\u00a0s", zh: "59.9秒" }, () => format.duration(59.94));
  assertIn({ en: "1 min 0 secs", fr: "1\u00a0min 0\u00a0s", zh: "1分钟 0秒" }, () => format.duration(59.97));
  assertIn({ en: "2 mins 5 secs", fr: "2\u00a0min 5\u00a0s", zh: "2分钟 5秒" }, () => format.duration(125.2));
  assertIn({ en: "2 mins 0 secs", fr: "2\u00a0min 0\u00a0s", zh: "2分钟 0秒" }, () => format.duration(119.6));
  assertIn({ en: "1 hr 0 mins", fr: "1\u00a0h 0\u00a0min", zh: "1小时 0分钟" }, () => format.duration(3599.8));
  assertIn({ en: "2 hrs 5 mins", fr: "2\u00a0h 5\u00a0min", zh: "2小时 5分钟" }, () => format.duration(7510));
});

test("what is still to come is rounded up", () => {
  assertIn({ en: "20 secs", fr: "20\u00a0s", zh: "20秒" }, () => format.roughly(19.2));
  assertIn({ en: "1 min", fr: "1\u00a0min", zh: "1分钟" }, () => format.roughly(59.2));
  assertIn({ en: "3 mins", fr: "3\u00a0min", zh: "3分钟" }, () => format.roughly(121));
  assertIn({ en: "1 hr 0 mins", fr: "1\u00a0h 0\u00a0min", zh: "1小时 0分钟" }, () => format.roughly(3541));
});

test("day and time are written as the language does", () => {
  const when = new Date(2025, 10, 24, 20, 17);
  const written = { en: /^24 Nov.* 20:17$/, fr: /^24 nov\..* 20:17$/, zh: /^11月24日.*20:17$/ };
  for (const [language, pattern] of Object.entries(written)) {
    setLanguage(language);
    assert.match(format.dayAndTime(when), pattern);
  }
  setLanguage("en");
});

test("a photo's path is the one in its folder, where it came with one", () => {
  const file = new File([], "1.jpg");
  assert.equal(format.pathOf(file), "1.jpg");
  assert.equal(format.pathOf(Object.assign(file, { webkitRelativePath: "pets/cat/1.jpg" })), "pets/cat/1.jpg");
  assert.equal(format.pathOf({ path: "dog/2.jpg" }), "dog/2.jpg");
});

test("a photo's name is the end of its path", () => {
  assert.equal(format.nameOf("pets/cat/1.jpg"), "1.jpg");
  assert.equal(format.nameOf("1.jpg"), "1.jpg");
});
