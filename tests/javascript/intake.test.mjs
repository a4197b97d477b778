import assert from "node:assert/strict";
import test from "node:test";
import "./page.mjs";
import { fetchPicture } from "../../web/site/js/address.js";
import { inOrder, takeInput, takePhotos } from "../../web/site/js/intake.js";

const named = (path) => ({ path, blob: new Blob() });

test("photos are in the order of their numbers, whoever answered first", () => {
  const paths = ["cat/10.jpg", "dog/1.jpg", "cat/2.jpg", "cat/2a.jpg"];
  assert.deepEqual(
    inOrder(paths.map(named)).map(({ path }) => path),
    ["cat/2.jpg", "cat/2a.jpg", "cat/10.jpg", "dog/1.jpg"],
  );
});

test("photos that are there already come as they are", async () => {
  const photos = [named("b.jpg"), named("a.jpg")];
  assert.deepEqual(await takePhotos(photos)(), { photos, problems: [] });
});

test("the same folder can be chosen again", async () => {
  const input = { files: [new File([], "1.jpg")], value: "C:\\fakepath\\1.jpg" };
  const { photos } = await takeInput(input)();
  assert.deepEqual([photos.length, input.value], [1, ""]);
});

test("an address that holds the picture itself is read, not fetched", async () => {
  const svg = await fetchPicture("data:image/svg+xml,%3Csvg%2F%3E");
  assert.deepEqual([svg.path, svg.blob.type, await svg.blob.text()], ["picture.svg", "image/svg+xml", "<svg/>"]);
  const png = await fetchPicture("data:image/png;base64,iVBO");
  assert.deepEqual([png.path, [...new Uint8Array(await png.blob.arrayBuffer())]], ["picture.png", [0x89, 0x50, 0x4e]]);
});
