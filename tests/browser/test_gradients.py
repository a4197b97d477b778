"""web/gradients.js: gradients on WebAssembly are those of tf.js's own CPU backend."""

from __future__ import annotations

import pytest

RUN = """
async ([url, size, channels, filters, kernel, strides, pad]) => {
  const tf = await import(`${url}vendor/tf.js`);
  const results = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    await tf.ready();
    const before = tf.memory().numTensors;
    const x = tf.randomUniform([3, size, size, channels], -1, 1, "float32", 7);
    const w = tf.randomUniform([kernel, kernel, channels, filters], -1, 1, "float32", 8);
    const g = tf.grad((w) => tf.conv2d(x, w, strides, pad).square().sum())(w);
    results.push([g.shape, Array.from(await g.data())]);
    tf.dispose([x, w, g]);
    results.at(-1).push(tf.memory().numTensors - before);
  }
  return results;
}
"""


@pytest.mark.parametrize(
    ("size", "channels", "filters", "kernel", "strides", "pad"),
    [
        (9, 2, 3, 3, 1, "valid"),
        (9, 1, 4, 5, 1, "same"),
        (10, 3, 2, 3, 2, "valid"),
        (10, 3, 2, 3, 2, "same"),
        (8, 2, 5, 1, 3, 0),
    ],
)
def test_the_gradient_by_a_kernel(page, site, size, channels, filters, kernel, strides, pad):
    page.goto(f"{site}favicon.svg")
    (shape, expected, left), (shape2, got, left2) = page.evaluate(
        RUN, [site, size, channels, filters, kernel, strides, pad]
    )
    assert shape == shape2 == [kernel, kernel, channels, filters] and left == left2 == 0
    assert got == pytest.approx(expected, rel=1e-3, abs=1e-3)


POOL = """
async ([url, low, high, size, pool, strides, pad]) => {
  const tf = await import(`${url}vendor/tf.js`);
  const results = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    await tf.ready();
    const x = tf.randomUniform([2, size, size, 3], low, high, "float32", 5);
    const g = tf.grad((x) => {
      const y = tf.maxPool(x, pool, strides, pad);
      return y.mul(tf.range(1, y.size + 1).reshape(y.shape)).sum();
    })(x);
    results.push(Array.from(await g.data()));
  }
  return results;
}
"""


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (-2, -1)])
@pytest.mark.parametrize(("size", "pool", "strides", "pad"), [(6, 2, 2, "valid"), (7, 3, 2, "same")])
def test_the_gradient_of_max_pooling(page, site, low, high, size, pool, strides, pad):
    page.goto(f"{site}favicon.svg")
    expected, got = page.evaluate(POOL, [site, low, high, size, pool, strides, pad])
    assert got == pytest.approx(expected, abs=1e-4) and any(expected)


PRODUCT = """
async ([url, rank]) => {
  const tf = await import(`${url}vendor/tf.js`);
  const results = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    await tf.ready();
    const before = tf.memory().numTensors;
    const several = rank === 3 ? [2] : [];
    const found = [];
    for (const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]]) {
      const a = tf.randomUniform([...several, ...(transposeA ? [5, 7] : [7, 5])], -1, 1, "float32", 3);
      const b = tf.randomUniform([...several, ...(transposeB ? [4, 5] : [5, 4])], -1, 1, "float32", 4);
      const gradients = tf.grads((a, b) => tf.matMul(a, b, transposeA, transposeB).square().sum())([a, b]);
      const product = tf.matMul(a, b, transposeA, transposeB);
      for (const tensor of [product, ...gradients]) found.push(...(await tensor.data()));
      tf.dispose([a, b, product, gradients]);
    }
    results.push([found, tf.memory().numTensors - before]);
  }
  return results;
}
"""


def test_products_of_transposed_matrices(page, site):
    page.goto(f"{site}favicon.svg")
    for rank in (2, 3):
        (expected, left), (got, left2) = page.evaluate(PRODUCT, [site, rank])
        assert left == left2 == 0 and len(expected) == 4 * (28 + 35 + 20) * (rank - 1)
        assert got == pytest.approx(expected, abs=1e-4)
