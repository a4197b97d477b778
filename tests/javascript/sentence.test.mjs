import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { say } from "../../web/site/js/sentence.js";
import { speak } from "../../web/site/js/texts.js";

/** Compare what is said in each language. */
async function assertSaid(languages, english, coded) {
  for (const [language, expected] of Object.entries({ en: english, ...languages })) {
    await speak(language);
    assert.equal(say(english, coded), expected, language);
  }
  await speak("en");
}

test("a sentence is said in the language of the page", () =>
  assertSaid({ fr: "le fichier est vide.", zh: "文件是空的。" }, "the file is empty.", {
    code: "empty-file",
    values: {},
  }));

test("values stand in it, numbers as the language writes them", () =>
  assertSaid(
    {
      fr: "Un projet peut contenir 100\u202f100 fichiers\u00a0; celui-ci en a 200\u202f000,50.",
      zh: "项目最多可有 100,100 个文件；此项目有 200,000.50 个。",
    },
    "A project may have 100,100 files; this one has 200,000.50.",
    { code: "large-project", values: { most: 100_100, got: 200_000.5 } },
  ));

test("several values are parted by commas", () =>
  assertSaid(
    { fr: "aucune ligne ne la nomme (a.csv, b.csv).", zh: "没有写它的行（a.csv, b.csv）。" },
    "no row of a.csv or b.csv names it.",
    { code: "photo-without-row", values: { tables: ["a.csv", "b.csv"] } },
  ));

test("a sentence inside a sentence is said in the same language, or as it came", async () => {
  const english = "cat.jpg: the file is empty.";
  const values = { path: "cat.jpg", reason: { text: "the file is empty.", code: "empty-file", values: {} } };
  await assertSaid({ fr: "cat.jpg\u00a0: le fichier est vide.", zh: "cat.jpg：文件是空的。" }, english, {
    code: "about-file",
    values,
  });
  await assertSaid({ fr: "cat.jpg\u00a0: lost.", zh: "cat.jpg：lost." }, "cat.jpg: lost.", {
    code: "about-file",
    values: { path: "cat.jpg", reason: { text: "lost.", code: "of-a-later-version" } },
  });
});

test("what has no code, or none that the language knows, is said in English", async () => {
  for (const coded of [{}, { code: "of-a-later-version", values: {} }, new Error("lost")]) {
    await assertSaid({ fr: "lost.", zh: "lost." }, "lost.", coded);
  }
});

test("a value is put in as it is, whatever stands in it", () =>
  assertSaid(
    { fr: "le modèle ne connaît pas la classe «\u00a0{label} $& <b>\u00a0».", zh: "模型不认识类别“{label} $& <b>”。" },
    "the model does not know the class '{label} $& <b>'.",
    { code: "unknown-class", values: { label: "{label} $& <b>" } },
  ));
