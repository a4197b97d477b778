import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";

const KEPT = new Map();
const storage = { getItem: (key) => KEPT.get(key) ?? null, setItem: (key, value) => KEPT.set(key, value) };
Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });

/** The module as a visit finds it: loaded anew, in a browser set up for these languages. */
let visits = 0;
function visit(...languages) {
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  return import(`../../web/site/js/locale.js?visit=${++visits}`);
}

test("the page speaks the first of the browser's languages that it knows", async () => {
  assert.equal((await visit("de-DE", "fr-CA", "en")).language, "fr");
  assert.equal((await visit("zh-CN")).language, "zh");
});

test("it speaks English where it knows none of them", async () => {
  assert.equal((await visit("de-DE", "toString")).language, "en");
  assert.equal((await visit()).language, "en");
});

test("a language that was chosen is the one of the next visit, too", async () => {
  const locale = await visit("en-US");
  const heard = [];
  locale.onLanguage(() => heard.push(`first ${locale.language}`));
  locale.onLanguage(() => heard.push(`second ${locale.language}`));
  locale.setLanguage("fr");
  assert.deepEqual(heard, ["first fr", "second fr"]);
  assert.equal((await visit("en-US")).language, "fr");
});

test("what is stored and is no language does not count", async () => {
  KEPT.set("pyclassifier-language", "toString");
  assert.equal((await visit("zh-CN")).language, "zh");
});
