// biome-ignore-all format: a table, most cases of which are one line
// Models of tf.js 4.22, by name: `layer/variant`. A case is a function of tf that returns a model, a topology, or
// {model, range, zeros, mangle}: inputs of whole numbers below range, inputs changed by zeros, a saved topology changed.

const one = (shape, ...layers) => (tf) => {
  const model = tf.sequential();
  layers.forEach((make, i) => {
    const [name, config] = make;
    model.add(tf.layers[name]({...config, ...(i === 0 ? {inputShape: shape} : {})}));
  });
  return model;
};
const merged = (shapes, name, config) => (tf) => {
  const inputs = shapes.map((shape) => tf.input({shape}));
  return tf.model({inputs, outputs: tf.layers[name](config ?? {}).apply(inputs)});
};
const json = (layers) => () => ({class_name: 'Sequential', config: {name: 'plain', layers}});
const leaf = (class_name, config) => ({class_name, config: {name: class_name.toLowerCase(), ...config}});
const image = [7, 6, 4];

export const cases = {};
const add = (name, build) => { cases[name] = build; };

for (const activation of ['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign',
  'tanh', 'softmax', 'logSoftmax', 'gelu', 'mish', 'swish']) {
  add(`Activation/${activation}`, one([9], ['activation', {activation}]));
  add(`Dense/${activation}`, one([5], ['dense', {units: 4, activation}]));
  add(`Conv2D/${activation}`, one(image, ['conv2d', {filters: 3, kernelSize: 3, activation}]));
}
add('Dense/no_bias', one([5], ['dense', {units: 4, useBias: false}]));
add('Dense/3d', one([4, 5], ['dense', {units: 3, activation: 'relu'}]));
add('Dense/settings', one([5], ['dense', {units: 4, kernelInitializer: 'heNormal', biasInitializer: 'ones',
  kernelRegularizer: 'l1l2', kernelConstraint: 'maxNorm', biasConstraint: 'nonNeg'}], ['dense', {units: 4,
  kernelInitializer: 'identity'}], ['dense', {units: 2, kernelInitializer: 'orthogonal',
  biasInitializer: 'randomUniform', kernelConstraint: 'minMaxNorm', biasConstraint: 'unitNorm'}],
['dense', {units: 2, kernelInitializer: 'truncatedNormal', biasInitializer: 'randomNormal'}],
['dense', {units: 2, kernelInitializer: 'leCunUniform', trainable: false}]));

add('ReLU/plain', one([9], ['reLU', {}]));
add('ReLU/max_value', one([9], ['reLU', {maxValue: 0.7}]));
add('LeakyReLU/default', one([9], ['leakyReLU', {}]));
add('LeakyReLU/alpha', one([9], ['leakyReLU', {alpha: 0.1}]));
add('PReLU/plain', one([4, 5], ['prelu', {}]));
add('PReLU/shared', one(image, ['prelu', {sharedAxes: [1, 2]}]));
add('ELU/plain', one([9], ['elu', {}]));
add('ThresholdedReLU/default', one([9], ['thresholdedReLU', {}]));
add('ThresholdedReLU/theta', one([9], ['thresholdedReLU', {theta: 0.3}]));
add('ThresholdedReLU/zero', one([9], ['thresholdedReLU', {theta: 0}]));
add('Softmax/default', one([9], ['softmax', {}]));
add('Softmax/last', one([4, 5], ['softmax', {axis: -1}]));
add('Softmax/list', one([4, 5], ['softmax', {axis: [2]}]));
add('Softmax/two_axes', one([4, 5], ['softmax', {axis: [1, 2]}]));

for (const padding of ['valid', 'same']) {
  for (const strides of [1, 2]) {
    const args = {filters: 3, kernelSize: 3, strides, padding};
    add(`Conv1D/${padding}_${strides}`, one([9, 4], ['conv1d', args]));
    add(`Conv2D/${padding}_${strides}`, one(image, ['conv2d', args]));
    add(`Conv3D/${padding}_${strides}`, one([5, 6, 7, 2], ['conv3d', args]));
    add(`Conv2DTranspose/${padding}_${strides}`, one(image, ['conv2dTranspose', args]));
    add(`Conv3DTranspose/${padding}_${strides}`, one([3, 4, 3, 2], ['conv3dTranspose', args]));
    add(`DepthwiseConv2D/${padding}_${strides}`, one(image, ['depthwiseConv2d', {...args, depthMultiplier: 2}]));
    add(`SeparableConv2D/${padding}_${strides}`, one(image, ['separableConv2d', args]));
    const pool = {poolSize: 3, strides, padding};
    for (const kind of ['max', 'average']) {
      const name = kind === 'max' ? 'MaxPooling' : 'AveragePooling';
      add(`${name}1D/${padding}_${strides}`, one([9, 4], [`${kind}Pooling1d`, pool]));
      add(`${name}2D/${padding}_${strides}`, one(image, [`${kind}Pooling2d`, pool]));
      add(`${name}3D/${padding}_${strides}`, one([5, 6, 7, 2], [`${kind}Pooling3d`, pool]));
    }
  }
}
const dilated = {filters: 3, kernelSize: 3, dilationRate: 2};
add('Conv1D/dilated', one([9, 4], ['conv1d', dilated]));
add('Conv2D/dilated', one(image, ['conv2d', dilated]));
add('Conv2D/uneven', one([9, 8, 3], ['conv2d', {filters: 2, kernelSize: [2, 3], strides: [2, 1], useBias: false}]));
add('Conv2D/channels_first', one([4, 7, 6], ['conv2d', {filters: 3, kernelSize: 3, dataFormat: 'channelsFirst'}]));
add('Conv3D/channels_first', one([2, 5, 6, 7], ['conv3d', {filters: 3, kernelSize: 3, dataFormat: 'channelsFirst'}]));
add('Conv2DTranspose/channels_first', one([4, 7, 6], ['conv2dTranspose', {filters: 3, kernelSize: 3,
  dataFormat: 'channelsFirst'}]));
add('Conv2DTranspose/hard_sigmoid', one(image, ['conv2dTranspose', {filters: 3, kernelSize: 2, strides: 3,
  activation: 'hardSigmoid'}]));
add('Conv3D/dilated', one([6, 6, 7, 2], ['conv3d', dilated]));
add('Conv3DTranspose/hard_sigmoid', one([3, 4, 3, 2], ['conv3dTranspose', {filters: 2, kernelSize: 2,
  activation: 'hardSigmoid'}]));
add('DepthwiseConv2D/dilated_as_tfjs_ignores_it', one(image, ['depthwiseConv2d', {kernelSize: 3, dilationRate: 2}]));
add('DepthwiseConv2D/channels_first', one([4, 7, 6], ['depthwiseConv2d', {kernelSize: 3, useBias: false,
  dataFormat: 'channelsFirst'}]));
add('DepthwiseConv2D/hard_sigmoid', one(image, ['depthwiseConv2d', {kernelSize: 3, activation: 'hardSigmoid'}]));
add('SeparableConv2D/dilated', one([8, 8, 3], ['separableConv2d', dilated]));
add('SeparableConv2D/hard_sigmoid', one(image, ['separableConv2d', {filters: 3, kernelSize: 3,
  activation: 'hardSigmoid'}]));
add('SeparableConv2D/channels_first', one([4, 7, 6], ['separableConv2d', {filters: 3, kernelSize: 3, useBias: false,
  dataFormat: 'channelsFirst'}]));
add('MaxPooling2D/channels_first', one([4, 7, 6], ['maxPooling2d', {poolSize: 2, dataFormat: 'channelsFirst'}]));
add('AveragePooling2D/channels_first', one([4, 7, 6], ['averagePooling2d', {poolSize: 2, dataFormat: 'channelsFirst'}]));
add('AveragePooling2D/uneven', one(image, ['averagePooling2d', {poolSize: [2, 3], strides: [1, 2], padding: 'same'}]));
for (const name of ['globalAveragePooling', 'globalMaxPooling']) {
  const class_name = name[0].toUpperCase() + name.slice(1);
  add(`${class_name}1D/plain`, one([5, 4], [`${name}1d`, {}]));
  add(`${class_name}2D/plain`, one(image, [`${name}2d`, {}]));
  add(`${class_name}2D/channels_first`, one(image, [`${name}2d`, {dataFormat: 'channelsFirst'}]));
}

add('Flatten/plain', one(image, ['flatten', {}]));
add('Flatten/channels_first', one(image, ['flatten', {dataFormat: 'channelsFirst'}]));
add('Reshape/unknown', one([4, 6], ['reshape', {targetShape: [3, null, 2]}]));
add('Reshape/minus_one', one([4, 6], ['reshape', {targetShape: [-1, 8]}]));
add('Permute/plain', one([4, 6, 2], ['permute', {dims: [3, 1, 2]}]));
add('RepeatVector/plain', one([4], ['repeatVector', {n: 3}]));
add('Dropout/plain', one([4], ['dropout', {rate: 0.5}]));
add('Dropout/noise_shape', one([4, 3], ['dropout', {rate: 0.5, noiseShape: [null, 1, 3], seed: 3}]));
add('SpatialDropout1D/plain', one([4, 3], ['spatialDropout1d', {rate: 0.5}]));
add('GaussianDropout/plain', one([4], ['gaussianDropout', {rate: 0.5}]));
add('GaussianNoise/plain', one([4], ['gaussianNoise', {stddev: 0.5}]));
add('AlphaDropout/plain', one([4], ['alphaDropout', {rate: 0.5}]));
add('ZeroPadding2D/plain', one(image, ['zeroPadding2d', {padding: [[1, 2], [3, 0]]}]));
add('ZeroPadding2D/channels_first', one(image, ['zeroPadding2d', {padding: 2, dataFormat: 'channelsFirst'}]));
add('Cropping2D/plain', one(image, ['cropping2D', {cropping: [[1, 2], [2, 0]]}]));
add('Cropping2D/channels_first', one(image, ['cropping2D', {cropping: 1, dataFormat: 'channelsFirst'}]));
add('UpSampling2D/nearest', one(image, ['upSampling2d', {size: [2, 3]}]));
add('UpSampling2D/channels_first', one(image, ['upSampling2d', {dataFormat: 'channelsFirst'}]));
for (const size of [[2, 2], [4, 2], [1, 8], [1, 1]]) {
  add(`UpSampling2D/bilinear_${size}`, one([3, 4, 2], ['upSampling2d', {size, interpolation: 'bilinear'}]));
}
add('UpSampling2D/bilinear_channels_first', one([2, 3, 4], ['upSampling2d', {interpolation: 'bilinear',
  dataFormat: 'channelsFirst'}]));
add('Rescaling/plain', one([4], ['rescaling', {scale: 1 / 127.5, offset: -1}]));
add('Rescaling/lists', json([leaf('Rescaling', {batch_input_shape: [null, 5, 4, 3], scale: [[[0.5, 1.5, 2]]],
  offset: [-1, 0.5, 3]})]));
for (const outputMode of ['multiHot', 'count']) {
  add(`CategoryEncoding/${outputMode}`, (tf) => ({range: 6, model: one([4], ['categoryEncoding', {numTokens: 6,
    outputMode}])(tf)}));
}

add('BatchNormalization/plain', one(image, ['batchNormalization', {}]));
add('BatchNormalization/2d', one([5], ['batchNormalization', {epsilon: 0.1, center: false}]));
add('BatchNormalization/3d', one([4, 5], ['batchNormalization', {scale: false, momentum: 0.5}]));
add('BatchNormalization/last_axes', one(image, ['batchNormalization', {axis: 3}], ['globalAveragePooling2d', {}],
  ['batchNormalization', {axis: 1}], ['repeatVector', {n: 3}], ['lstm', {units: 4, returnSequences: true}],
  ['batchNormalization', {axis: 2}], ['reshape', {targetShape: [2, 3, 2]}], ['batchNormalization', {axis: 3}]));
add('BatchNormalization/no_weights', one([5], ['batchNormalization', {scale: false, center: false}]));
add('BatchNormalization/list_axis', (tf) => ({model: one(image, ['batchNormalization', {}])(tf),
  mangle: (topology) => { topology.config.layers[0].config.axis = [3]; }}));
add('LayerNormalization/plain', one([4, 5], ['layerNormalization', {}]));
add('LayerNormalization/two_axes', one([4, 5, 3], ['layerNormalization', {axis: [1, 2], epsilon: 0.2}]));
add('LayerNormalization/bare', one([4, 5], ['layerNormalization', {axis: 1, scale: false, center: false}]));
add('Embedding/plain', (tf) => ({range: 10, model: one(undefined, ['embedding', {inputDim: 10, outputDim: 4}])(tf)}));
add('Embedding/input_length', (tf) => ({range: 10, model: one(undefined, ['embedding', {inputDim: 10, outputDim: 4,
  inputLength: 6}], ['flatten', {}], ['dense', {units: 2}])(tf)}));

for (const name of ['add', 'multiply', 'average', 'maximum', 'minimum']) {
  const class_name = name[0].toUpperCase() + name.slice(1);
  add(`${class_name}/three`, merged([[4, 5], [4, 5], [4, 5]], name));
  add(`${class_name}/broadcast`, merged([[4, 5], [1, 5]], name));
  add(`${class_name}/ranks`, merged([[4, 5], [5]], name));
}
add('Concatenate/last', merged([[4, 5], [4, 2]], 'concatenate'));
add('Concatenate/axis_1', merged([[4, 5], [2, 5]], 'concatenate', {axis: 1}));
add('Dot/vectors', merged([[4], [4]], 'dot', {axes: -1}));
add('Dot/matrices', merged([[4, 5], [5, 3]], 'dot', {axes: [2, 1]}));
add('Dot/matrices_1_2', merged([[4, 5], [3, 4]], 'dot', {axes: [1, 2]}));
add('Dot/matrices_1_1', merged([[4, 5], [4, 3]], 'dot', {axes: 1}));
add('Dot/matrices_2_2', merged([[4, 5], [3, 5]], 'dot', {axes: -1}));
add('Dot/matrix_vector', merged([[4, 5], [5]], 'dot', {axes: [2, 1]}));
add('Dot/matrix_vector_1', merged([[4, 5], [4]], 'dot', {axes: 1}));
add('Dot/vector_matrix', merged([[5], [5, 3]], 'dot', {axes: 1}));
add('Dot/normalized', merged([[4, 5], [3, 5]], 'dot', {axes: 2, normalize: true}));

for (const [name, class_name] of [['simpleRNN', 'SimpleRNN'], ['gru', 'GRU'], ['lstm', 'LSTM']]) {
  const args = {units: 4};
  add(`${class_name}/default`, one([6, 3], [name, args]));
  add(`${class_name}/sequences`, one([6, 3], [name, {...args, returnSequences: true, useBias: false}]));
  add(`${class_name}/backwards`, one([6, 3], [name, {...args, goBackwards: true, returnSequences: true}]));
  add(`${class_name}/relu`, one([6, 3], [name, {...args, activation: 'relu', recurrentActivation: 'sigmoid'}]));
  add(`${class_name}/dropout`, one([6, 3], [name, {...args, dropout: 0.3, recurrentDropout: 0.2, trainable: false}]));
  add(`${class_name}/stateful`, (tf) => tf.sequential({layers: [tf.layers[name]({...args, stateful: true,
    batchInputShape: [2, 6, 3]})]}));
  add(`${class_name}/states`, (tf) => {
    const x = tf.input({shape: [6, 3]});
    return tf.model({inputs: x, outputs: tf.layers[name]({...args, returnState: true}).apply(x)});
  });
  add(`${class_name}/initial_state`, (tf) => {
    const inputs = [tf.input({shape: [6, 3]}), ...Array(class_name === 'LSTM' ? 2 : 1).fill(0).map(() =>
      tf.input({shape: [4]}))];
    return tf.model({inputs, outputs: tf.layers[name](args).apply(inputs)});
  });
  for (const mergeMode of ['concat', 'sum', 'ave', 'mul']) {
    add(`Bidirectional/${class_name}_${mergeMode}`, (tf) => tf.sequential({layers: [tf.layers.bidirectional({
      layer: tf.layers[name]({...args, returnSequences: mergeMode !== 'sum'}), mergeMode, inputShape: [6, 3]})]}));
  }
  add(`Bidirectional/${class_name}_states`, (tf) => {
    const x = tf.input({shape: [6, 3]});
    const layer = tf.layers[name]({...args, returnState: true, returnSequences: true});
    return tf.model({inputs: x, outputs: tf.layers.bidirectional({layer, mergeMode: 'concat'}).apply(x)});
  });
  add(`RNN/${class_name}Cell`, (tf) => tf.sequential({layers: [tf.layers.rnn({cell: tf.layers[`${name}Cell`](args),
    returnSequences: true, inputShape: [6, 3]})]}));
  add(`Masking/${class_name}`, (tf) => ({
    model: one([6, 3], ['masking', {}], ['dense', {units: 4}], [name, {...args, returnSequences: true}],
      ['dropout', {rate: 0.1}], [name, {units: 2}], ['dense', {units: 2}])(tf),
    zeros: (tf, x) => tf.mul(x, tf.tensor([[1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1], [1, 0, 1, 0, 1, 0]]).expandDims(2)),
  }));
}
add('SimpleRNN/hard_sigmoid', one([6, 3], ['simpleRNN', {units: 4, activation: 'hardSigmoid'}]));
add('GRU/hard_sigmoid', one([6, 3], ['gru', {units: 4, activation: 'hardSigmoid'}]));
add('Embedding/mask_zero', (tf) => ({range: 4, model: one(undefined, ['embedding', {inputDim: 10, outputDim: 4,
  maskZero: true, inputLength: 7}], ['lstm', {units: 3}])(tf)}));
add('Bidirectional/initial_state', (tf) => {
  const inputs = [tf.input({shape: [6, 3]}), ...Array(4).fill(0).map(() => tf.input({shape: [4]}))];
  const layer = tf.layers.bidirectional({layer: tf.layers.lstm({units: 4}), mergeMode: 'sum'});
  return tf.model({inputs, outputs: layer.apply(inputs)});
});
add('RNN/stacked', (tf) => tf.sequential({layers: [tf.layers.rnn({cell: [tf.layers.lstmCell({units: 4}),
  tf.layers.gruCell({units: 3}), tf.layers.lstmCell({units: 2, activation: 'relu'})], inputShape: [6, 3]})]}));
add('ConvLSTM2D/default', one([4, 7, 6, 2], ['convLstm2d', {filters: 3, kernelSize: 3}]));
add('ConvLSTM2D/sequences', one([4, 7, 6, 2], ['convLstm2d', {filters: 3, kernelSize: 3, padding: 'same',
  returnSequences: true, recurrentActivation: 'sigmoid', dilationRate: 2}]));
add('ConvLSTM2D/strides', one([4, 7, 6, 2], ['convLstm2d', {filters: 3, kernelSize: 2, strides: 2, goBackwards: true}]));
add('ConvLSTM2D/states', (tf) => {
  const x = tf.input({shape: [4, 7, 6, 2]});
  return tf.model({inputs: x, outputs: tf.layers.convLstm2d({filters: 3, kernelSize: 3, returnState: true}).apply(x)});
});
add('Bidirectional/two_outputs', (tf) => {
  const x = tf.input({shape: [6, 3]});
  const layer = tf.layers.bidirectional({layer: tf.layers.gru({units: 4, goBackwards: true, returnSequences: true}),
    mergeMode: null});
  return tf.model({inputs: x, outputs: layer.apply(x)});
});
add('Bidirectional/backwards', (tf) => tf.sequential({layers: [tf.layers.bidirectional({layer: tf.layers.gru({units: 4,
  goBackwards: true}), mergeMode: 'concat', inputShape: [6, 3]})]}));
add('Bidirectional/frozen', (tf) => tf.sequential({layers: [tf.layers.bidirectional({layer: tf.layers.gru({units: 4}),
  mergeMode: 'ave', trainable: false, inputShape: [6, 3]})]}));
const distributed = (make, shape) => (tf) => tf.sequential({layers: [tf.layers.timeDistributed({layer: make(tf),
  inputShape: shape})]});
add('TimeDistributed/Dense', distributed((tf) => tf.layers.dense({units: 3, activation: 'hardSigmoid'}), [4, 5]));
add('TimeDistributed/Conv2D', distributed((tf) => tf.layers.conv2d({filters: 3, kernelSize: 3}), [4, 7, 6, 2]));
add('TimeDistributed/Activation', distributed((tf) => tf.layers.activation({activation: 'hardSigmoid'}), [4, 5]));
add('TimeDistributed/LSTM', distributed((tf) => tf.layers.lstm({units: 3}), [4, 5, 2]));
add('TimeDistributed/BatchNormalization', distributed((tf) => tf.layers.batchNormalization(), [4, 5]));
add('TimeDistributed/Sequential', distributed((tf) => one([7, 6, 2], ['conv2d', {filters: 3, kernelSize: 3}],
  ['batchNormalization', {}], ['flatten', {}], ['dense', {units: 2}])(tf), [4, 7, 6, 2]));

add('TimeDistributed/TimeDistributed', distributed((tf) => tf.layers.timeDistributed({layer: tf.layers.dense({units: 3})}),
  [4, 3, 2]));
add('TimeDistributed/Bidirectional', distributed((tf) => tf.layers.bidirectional({layer: tf.layers.gru({units: 3}),
  mergeMode: 'concat'}), [4, 5, 2]));
add('TimeDistributed/frozen', distributed((tf) => tf.layers.dense({units: 3, trainable: false}), [4, 5]));
add('Model/input_is_output', (tf) => {
  const x = tf.input({shape: [4]});
  return tf.model({inputs: x, outputs: [x, tf.layers.dense({units: 2}).apply(x)]});
});
add('Model/two_dtypes', (tf) => {
  const [x, i] = [tf.input({shape: [4, 3]}), tf.input({shape: [2], dtype: 'int32'})];
  const y = tf.layers.embedding({inputDim: 5, outputDim: 3}).apply(i);
  return {range: 5, model: tf.model({inputs: [x, i], outputs: tf.layers.concatenate({axis: 1}).apply([x, y])})};
});

// Whole models.
add('Model/branches', (tf) => {
  const x = tf.input({shape: image, name: 'picture'});
  const conv = (filters, kernelSize) => tf.layers.conv2d({filters, kernelSize, padding: 'same', activation: 'relu'});
  let y = conv(4, 3).apply(x);
  const left = conv(4, 1).apply(conv(2, 3).apply(y));
  const right = conv(4, 3).apply(y);
  y = tf.layers.add().apply([right, left, y]);
  const pooled = tf.layers.globalAveragePooling2d({}).apply(y);
  const other = tf.layers.flatten().apply(tf.layers.maxPooling2d({poolSize: 2}).apply(left));
  const a = tf.layers.dense({units: 3, name: 'a'}).apply(tf.layers.concatenate().apply([other, pooled]));
  const b = tf.layers.dense({units: 2, name: 'b', activation: 'softmax'}).apply(pooled);
  return tf.model({inputs: x, outputs: [b, a]});
});
add('Model/shared', (tf) => {
  const [x, z] = [tf.input({shape: [4]}), tf.input({shape: [4]})];
  const shared = tf.layers.dense({units: 4, activation: 'tanh'});
  const [p, q] = [shared.apply(x), shared.apply(shared.apply(z))];
  const last = tf.layers.dense({units: 4}).apply(q);
  return tf.model({inputs: [z, x], outputs: [tf.layers.concatenate().apply([p, q, shared.apply(last)]), q]});
});
add('Model/nested_in_all_ways', (tf) => {
  const inner = one([4], ['dense', {units: 4}], ['batchNormalization', {}], ['dense', {units: 4, trainable: false}])(tf);
  const u = tf.input({shape: [4]});
  const v = tf.input({shape: [4]});
  const w = tf.layers.dense({units: 4}).apply(u);
  const two = tf.model({inputs: [u, v], outputs: [tf.layers.add().apply([w, v]), tf.layers.batchNormalization().apply(w)],
    name: 'two'});
  const x = tf.input({shape: [4]});
  const first = inner.apply(x);
  const [a, b] = two.apply([first, inner.apply(tf.layers.dense({units: 4}).apply(x))]);
  const [c, d] = two.apply([b, a]);
  return tf.model({inputs: x, outputs: [c, d, inner.apply(d)]});
});
add('Model/frozen_wrappers', (tf) => {
  const inner = tf.sequential({layers: [
    tf.layers.bidirectional({layer: tf.layers.lstm({units: 3, returnSequences: true, trainable: false}),
      mergeMode: 'concat', inputShape: [6, 3]}),
    tf.layers.batchNormalization(),
    tf.layers.gru({units: 3, returnSequences: true}),
    tf.layers.timeDistributed({layer: tf.layers.dense({units: 4, trainable: false})}),
    tf.layers.rnn({cell: [tf.layers.lstmCell({units: 4}), tf.layers.gruCell({units: 3})], returnSequences: true}),
    tf.layers.layerNormalization(), tf.layers.simpleRNN({units: 3, trainable: false}), tf.layers.dense({units: 2})]});
  inner.layers[0].trainable = false;
  const x = tf.input({shape: [6, 3]});
  const y = tf.layers.batchNormalization({axis: 2}).apply(tf.layers.dense({units: 3, trainable: false}).apply(x));
  return tf.model({inputs: x, outputs: inner.apply(y)});
});
add('Model/ends_in_model', (tf) => {
  const x = tf.input({shape: [4]});
  const u = tf.input({shape: [4]});
  const inner = tf.model({inputs: u, outputs: tf.layers.dense({units: 3}).apply(u)});
  return tf.model({inputs: x, outputs: inner.apply(tf.layers.dense({units: 4}).apply(x))});
});
add('Sequential/teachable_machine', (tf) => {
  const x = tf.input({shape: [8, 8, 3], name: 'input_1'});
  let y = tf.layers.conv2d({filters: 4, kernelSize: 3, strides: 2, useBias: false, name: 'conv1', trainable: false}).apply(x);
  y = tf.layers.batchNormalization({name: 'conv1_bn', trainable: false}).apply(y);
  y = tf.layers.reLU({maxValue: 6, name: 'conv1_relu'}).apply(y);
  const skip = tf.layers.depthwiseConv2d({kernelSize: 3, padding: 'same', useBias: false, name: 'dw'}).apply(y);
  y = tf.layers.add({name: 'add'}).apply([skip, y]);
  const truncated = tf.model({inputs: x, outputs: y});
  const extractor = tf.sequential({layers: [truncated, tf.layers.globalAveragePooling2d({})]});
  const head = tf.sequential({layers: [tf.layers.dense({inputShape: [4], units: 6, activation: 'relu'}),
    tf.layers.dense({units: 3, useBias: false, activation: 'softmax'})]});
  return tf.sequential({layers: [extractor, head]});
});
add('Sequential/many', (tf) => tf.sequential({layers: [tf.layers.inputLayer({inputShape: [4], name: 'named'}),
  ...Array(12).fill(0).map((_, i) => tf.layers.dense({units: 4, activation: 'tanh', name: `block/${i}`}))]}));
add('Sequential/int32', (tf) => ({range: 9, model: tf.sequential({layers: [tf.layers.inputLayer({inputShape: [4],
  dtype: 'int32'}), tf.layers.embedding({inputDim: 9, outputDim: 2}), tf.layers.flatten()]})}));

// Graphs whose branches, shared layers and nested models put Keras's order of layers to the test.
for (let seed = 1; seed <= 8; ++seed) {
  add(`Model/random_${seed}`, (tf) => {
    let state = seed * 7919;
    const below = (n) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state % 65536 % n;
    };
    const dense = () => tf.layers.dense({units: 4, activation: 'tanh'});
    const nested = () => {
      const [u, v] = [tf.input({shape: [4]}), tf.input({shape: [4]})];
      const w = tf.layers.add().apply([dense().apply(v), dense().apply(u)]);
      return tf.model({inputs: [u, v], outputs: tf.layers.batchNormalization().apply(dense().apply(w))});
    };
    const sequential = () => tf.sequential({layers: [tf.layers.dense({units: 4, inputShape: [4]}),
      tf.layers.batchNormalization(), dense()]});
    const shared = [dense(), tf.layers.batchNormalization(), sequential(), nested()];
    const inputs = [tf.input({shape: [4]}), tf.input({shape: [4]})];
    const tensors = [...inputs];
    const any = () => tensors[Math.max(0, tensors.length - 1 - below(5))];
    const two = () => {  // Different ones: tf.js frees a tensor twice that comes twice.
      const first = any();
      const others = tensors.filter((each) => each !== first);
      return [first, others[below(others.length)]];
    };
    for (let i = 0; i < 24; ++i) {
      const kind = below(9);
      if (kind < 3) tensors.push(dense().apply(any()));
      else if (kind < 5) tensors.push(tf.layers.average().apply(two()));
      else if (kind < 6) tensors.push(sequential().apply(any()));
      else if (kind < 7) tensors.push(nested().apply(two()));
      else if (kind < 8) tensors.push(shared[below(3)].apply(any()));
      else tensors.push(shared[3].apply(two()));
    }
    const last = tf.layers.concatenate().apply(tensors.slice(-6));
    return tf.model({inputs, outputs: [last, tensors.at(-9), tf.layers.add().apply(inputs)]});
  });
}

// Topologies as others write them: settings left out, Keras 2's own, odd spellings.
add('Topology/defaults', json([
  leaf('Conv2D', {batch_input_shape: [null, 9, 9, 2], filters: 3, kernel_size: 3}),
  leaf('BatchNormalization', {}), leaf('LeakyReLU', {}), leaf('MaxPooling2D', {}), leaf('Flatten', {}),
  leaf('Dense', {units: 3}), leaf('Softmax', {})]));
add('Topology/keras_2', json([
  leaf('DepthwiseConv2D', {batch_input_shape: [null, 9, 9, 2], dtype: 'float32', trainable: true, kernel_size: [3, 3],
    strides: [1, 1], padding: 'same', data_format: 'channels_last', dilation_rate: [1, 1], groups: 1,
    activation: 'linear', use_bias: true, depth_multiplier: 1, depthwise_initializer: {class_name: 'GlorotUniform',
      config: {seed: null}}, bias_initializer: {class_name: 'Zeros', config: {}}, depthwise_regularizer: null}),
  leaf('BatchNormalization', {axis: [3], momentum: 0.99, epsilon: 0.001, center: true, scale: true}),
  leaf('ReLU', {max_value: 6.0, negative_slope: 0.25, threshold: 0.5}),
  leaf('GlobalAveragePooling2D', {data_format: 'channels_last', keepdims: true}),
  leaf('Dense', {units: 3, activation: 'hard_sigmoid'})]));
add('Topology/lstm_time_major', json([leaf('LSTM', {batch_input_shape: [null, 6, 3], units: 4, activation: 'tanh',
  recurrent_activation: 'sigmoid', time_major: false, implementation: 2, unroll: false, unit_forget_bias: true,
  return_sequences: true}), leaf('GRU', {name: 'g', units: 3, reset_after: false})]));
add('Topology/depth_multiplier', json([leaf('SeparableConv2D', {batch_input_shape: [null, 9, 9, 2], filters: 3,
  kernel_size: [3, 3], strides: [2, 2], depth_multiplier: 3})]));
for (const name of ['SimpleRNN', 'GRU', 'LSTM']) {
  add(`Topology/${name}_null_activations`, json([leaf(name, {batch_input_shape: [null, 2, 3], units: 4,
    activation: null, recurrent_activation: null})]));
}
add('Topology/camel_case', json([leaf('Conv2D', {batchInputShape: [null, 9, 9, 2], filters: 3, kernelSize: [3, 3],
  dataFormat: 'channelsLast', useBias: false, kernelInitializer: 'glorotUniform'})]));
add('Topology/functional', () => ({class_name: 'Functional', config: {name: 'f', layers: [
  {name: 'x', class_name: 'InputLayer', config: {name: 'x', batch_input_shape: [null, 4], dtype: 'float32',
    sparse: false}, inbound_nodes: []},
  {name: 'd', class_name: 'Dense', config: {name: 'd', units: 4}, inbound_nodes: [[['x', 0, 0, {}]], [['d', 0, 0, {}]]]},
  {name: 'unused', class_name: 'Dense', config: {name: 'unused', units: 4}, inbound_nodes: [[['x', 0, 0, {}]]]},
  {name: 'm', class_name: 'Multiply', config: {name: 'm'}, inbound_nodes: [[['d', 1, 0, {}], ['x', 0, 0, {}]]]}],
input_layers: [['x', 0, 0]], output_layers: [['m', 0, 0]]}}));
