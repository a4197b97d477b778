import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { describePhoto, photoBlob, photoPath, placeOf } from "../../web/site/js/album.js";

const blob = new Blob(["pixels"]);
const STATE = {
  album: {
    classes: [
      { label: "cat", photos: [0, 1], marked: [], tested: [] },
      { label: "dog", photos: [2, 4], marked: [3], tested: [4] },
    ],
  },
  photos: new Map([
    [1, new File([], "1.jpg")],
    [3, { path: "dog/3.jpg", blob }],
  ]),
};

test("a photo is in a class, and marked where it is for validation", () => {
  assert.deepEqual(placeOf(STATE, 1), { label: "cat", marked: null });
  assert.deepEqual(placeOf(STATE, 3), { label: "dog", marked: "validation" });
  assert.deepEqual(placeOf(STATE, 4), { label: "dog", marked: "test" });
});

test("a photo that was deleted is nowhere, nor is any before the first album", () => {
  assert.equal(placeOf(STATE, 9), undefined);
  assert.equal(placeOf({ ...STATE, album: null }, 1), undefined);
});

test("a photo has its file and its path as it came in", () => {
  assert.equal(photoPath(STATE, 3), "dog/3.jpg");
  assert.equal(photoBlob(STATE, 3), blob);
  assert.equal(photoPath(STATE, 9), "");
  assert.equal(photoBlob(STATE, 9), null);
});

test("a photo is described by its class, its name, and what it is for", () => {
  assert.equal(describePhoto(STATE, 1), "cat: 1.jpg");
  assert.equal(describePhoto(STATE, 3), "dog: 3.jpg (validation)");
  assert.equal(describePhoto({ ...STATE, album: null }, 3), "3.jpg");
});
