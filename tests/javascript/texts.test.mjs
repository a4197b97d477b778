import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import ts from "../../web/node_modules/typescript/lib/typescript.js";
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

/** The words of a program: its strings, and what templates have around their values. */
function wordsOf(program) {
  const words = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      words.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("texts.js", program, ts.ScriptTarget.Latest));
  return words;
}

test("no line of French begins with a mark that belongs to the word before it", async () => {
  const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  const ofPage = wordsOf(await read("web/site/js/texts/fr.js"));
  const ofModel = Object.values(JSON.parse(await read("web/site/ready/texts/fr.json")));
  assert.ok(ofPage.length > 1000 && ofModel.length > 10);
  assert.deepEqual(
    [...ofPage, ...ofModel].filter((text) => / [:;?!»]|« /.test(text)),
    [],
  );
});
