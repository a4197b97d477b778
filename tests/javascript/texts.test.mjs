import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { language } from "../../web/site/js/locale.js";
import { labels, speak } from "../../web/site/js/texts.js";
import * as en from "../../web/site/js/texts/en.js";
import * as fr from "../../web/site/js/texts/fr.js";
import * as zh from "../../web/site/js/texts/zh.js";

/** The names of all texts, in order. */
function namesOf(texts, above = "") {
  const names = Object.entries(texts).map(([name, text]) =>
    typeof text === "object" ? namesOf(text, `${above}${name}.`) : `${above}${name}`,
  );
  return names.flat().sort();
}

test("every language has the same texts", () => {
  for (const [tag, { labels, texts }] of Object.entries({ fr, zh })) {
    assert.deepEqual(namesOf({ labels, texts }), namesOf({ labels: en.labels, texts: en.texts }), tag);
  }
});

test("texts follow the language that is spoken", async () => {
  assert.deepEqual([language, labels], ["en", en.labels]);
  await speak("fr");
  assert.deepEqual([language, labels], ["fr", fr.labels]);
});

test("of languages that are chosen one after the other, the last one counts", async () => {
  await Promise.all([speak("en"), speak("fr"), speak("zh")]);
  assert.deepEqual([language, labels], ["zh", zh.labels]);
});
