"""web/gradients.js: gradients on WebAssembly are those of tf.js's own CPU backend."""

from __future__ import annotations

import pytest

# What computes gives all the tensors that it leaves: those that went in, and those that came out.
ON_BOTH = """
async ([url, options]) => {
  const tf = await import(`${url}vendor/tf.js`);
  const compute = COMPUTE;
  const results = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    await tf.ready();
    const before = tf.memory().numTensors;
    const { inputs, outputs } = compute(tf, options);
    const values = [];
    for (const tensor of outputs) values.push(...(await tensor.data()));
    const shapes = outputs.map(({ shape }) => shape);
    tf.dispose([inputs, outputs]);
    results.push([shapes, values, tf.memory().numTensors - before]);
  }
  return results;
}
"""


def compute_on_both(page, site, compute, **options):
    """Shapes and values on the CPU backend, and on WebAssembly; no tensor is left."""
    page.goto(f"{site}favicon.svg")
    results = page.evaluate(ON_BOTH.replace("COMPUTE", compute), [site, options])
    (shapes, expected, left), (shapes2, got, left2) = results
    assert shapes == shapes2 and left == left2 == 0
    return shapes, expected, got


CONVOLUTION = """(tf, { size, channels, filters, kernel, strides, pad }) => {
  const x = tf.randomUniform([3, size, size, channels], -1, 1, "float32", 7);
  const w = tf.randomUniform([kernel, kernel, channels, filters], -1, 1, "float32", 8);
  return { inputs: [x, w], outputs: tf.grads((x, w) => tf.conv2d(x, w, strides, pad).square().sum())([x, w]) };
}"""


@pytest.mark.parametrize(
    ("size", "channels", "filters", "kernel", "strides", "pad"),
    [
        (9, 2, 3, 3, 1, "valid"),
        (9, 1, 4, 5, 1, "same"),
        (10, 3, 2, 3, 2, "valid"),
        (10, 3, 2, 3, 2, "same"),
        (8, 2, 5, 1, 3, 0),
        (6, 4, 3, 1, 1, "same"),
        (6, 4, 3, 1, 1, 1),
    ],
)
def test_the_gradients_of_a_convolution(page, site, size, channels, filters, kernel, strides, pad):
    shapes, expected, got = compute_on_both(
        page, site, CONVOLUTION, size=size, channels=channels, filters=filters, kernel=kernel, strides=strides, pad=pad
    )
    assert shapes == [[3, size, size, channels], [kernel, kernel, channels, filters]]
    assert got == pytest.approx(expected, rel=1e-3, abs=1e-3)


DEPTHWISE = """(tf, { height, width, channels, kernel, strides, pad }) => {
  const x = tf.randomUniform([2, height, width, channels], -1, 1, "float32", 7);
  const w = tf.randomUniform([kernel, kernel, channels, 1], -1, 1, "float32", 8);
  const compute = (x, w) => {
    const y = tf.relu6(tf.depthwiseConv2d(x, w, strides, pad).mul(9));
    return y.mul(tf.range(1, y.size + 1).div(y.size).reshape(y.shape)).square().sum();
  };
  return { inputs: [x, w], outputs: tf.grads(compute)([x, w]) };
}"""


@pytest.mark.parametrize(
    ("height", "width", "channels", "kernel", "strides", "pad"),
    [
        (7, 7, 3, 3, 1, "same"),
        (9, 6, 2, 5, 1, "same"),
        (14, 14, 4, 3, 2, "same"),
        (9, 12, 2, 5, 2, "same"),
        (8, 11, 3, 3, 2, "valid"),
        (6, 6, 1, 3, 1, "valid"),
    ],
)
def test_the_gradients_of_a_depthwise_convolution(page, site, height, width, channels, kernel, strides, pad):
    sizes = {"height": height, "width": width, "channels": channels, "kernel": kernel}
    shapes, expected, got = compute_on_both(page, site, DEPTHWISE, **sizes, strides=strides, pad=pad)
    assert shapes == [[2, height, width, channels], [kernel, kernel, channels, 1]]
    assert got == pytest.approx(expected, rel=1e-3, abs=1e-3) and any(expected)


POOL = """(tf, { low, high, size, pool, strides, pad }) => {
  const x = tf.randomUniform([2, size, size, 3], low, high, "float32", 5);
  const gradient = tf.grad((x) => {
    const y = tf.maxPool(x, pool, strides, pad);
    return y.mul(tf.range(1, y.size + 1).reshape(y.shape)).sum();
  })(x);
  return { inputs: [x], outputs: [gradient] };
}"""


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (-2, -1)])
@pytest.mark.parametrize(("size", "pool", "strides", "pad"), [(6, 2, 2, "valid"), (7, 3, 2, "same")])
def test_the_gradient_of_max_pooling(page, site, low, high, size, pool, strides, pad):
    _, expected, got = compute_on_both(
        page, site, POOL, low=low, high=high, size=size, pool=pool, strides=strides, pad=pad
    )
    assert got == pytest.approx(expected, abs=1e-4) and any(expected)


PRODUCTS = """(tf, { rank }) => {
  const several = rank === 3 ? [2] : [];
  const inputs = [];
  const outputs = [];
  for (const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]]) {
    const a = tf.randomUniform([...several, ...(transposeA ? [5, 7] : [7, 5])], -1, 1, "float32", 3);
    const b = tf.randomUniform([...several, ...(transposeB ? [4, 5] : [5, 4])], -1, 1, "float32", 4);
    const gradients = tf.grads((a, b) => tf.matMul(a, b, transposeA, transposeB).square().sum())([a, b]);
    inputs.push(a, b);
    outputs.push(tf.matMul(a, b, transposeA, transposeB), ...gradients);
  }
  return { inputs, outputs };
}"""


@pytest.mark.parametrize("rank", [2, 3])
def test_products_of_transposed_matrices(page, site, rank):
    _, expected, got = compute_on_both(page, site, PRODUCTS, rank=rank)
    assert len(expected) == 4 * (28 + 35 + 20) * (rank - 1)
    assert got == pytest.approx(expected, abs=1e-4)
