/** 页面的简体中文文本；各参数的说明见 en.js。 */
import { dayAndTime, decimal, megabytes, multiple, number, percent, roughly, wholePercent } from "../format.js";

/** @type {typeof import("./en.js").labels} */
export const labels = {
  product: "pyclassifier",
  pages: "页面",
  pageTrain: "训练自己的模型",
  pageRecognise: "识别",
  pageDigits: "手写数字",
  pageLogos: "标志",
  steps: "步骤",
  export: "导出",
  exportPage: "网页",
  tagline: "无需账号，无需上传：照片绝不会离开这台电脑。",
  headline: "用您自己的照片制作图像分类器",
  promise:
    "给每个类别几张照片，几分钟后，您的模型就能认出新的照片，或摄像头看到的东西，还可以带走，用于网页、手机和 Python。",
  language: "语言",
  computeOn: "计算方式",
  dismiss: "关闭",
  tryAgain: "重试",
  loadingTitle: "正在准备",
  loadingHint: "您现在就可以选择照片。",
  photosTitle: "照片",
  photosLead: "每个类别一个文件夹，以类别命名：",
  dropFolder: "将照片、文件夹或 zip 拖放到这里",
  or: "或",
  chooseTraining: "选择训练文件夹",
  chooseFiles: "选择文件",
  moreWays: "更多方式",
  moreWaysLead:
    "装有文件夹的 zip 或 tar。放着 cat-1.jpg、dog-2.jpg 的单层文件夹。照片加上写明类别的表格（CSV、TSV、JSON、XML）。粘贴的图片，或从其他网页拖来的图片。或者输入图片地址：",
  captureTitle: "用摄像头连拍",
  captureRate: "每秒照片数",
  captureDelay: "倒计时",
  captureToggle: "按一次开始，再按一次停止",
  captureHint: "按住按钮或空格键。留出验证照片时，同一次连拍的照片不会被分开。",
  fileColumn: "照片所在列",
  labelColumn: "类别所在列",
  addNow: "添加照片",
  classNames: "类别名称",
  scaling: "像素的范围",
  withoutTable: "不用这个表格",
  tableExamples: "表格内容",
  useSamples: "使用示例照片",
  haveFolder: "我有照片文件夹",
  addClass: "添加类别",
  emptyClasses: "还没有照片的类别",
  firstPhotos: "10 张照片即可开始，30 张更好。",
  treeLabel: "示例：photos 文件夹中有 cat 和 dog 两个文件夹，照片放在它们里面。",
  validationTitle: "验证照片",
  validationHint: "可选。同样的文件夹，但装有其他照片，用来检验模型。如果没有，会从训练照片中留出一部分。",
  chooseValidation: "选择验证文件夹",
  removeAll: "移除所有照片",
  waiting: "照片已收到，全部加载完成后会立即读取。",
  classes: "类别",
  close: "关闭",
  previousPhoto: "上一张",
  nextPhoto: "下一张",
  chosenPhotos: "已选照片",
  view: "查看",
  moveTo: "移动到…",
  chosenMenu: "已选照片的更多操作",
  useForTraining: "用于训练",
  useForValidation: "用于验证",
  useForTest: "用于测试",
  deletePhotos: "删除",
  chooseNone: "取消选择",
  anotherClass: "新建类别…",
  className: "类别",
  newClassName: "新类别的名称",
  cancel: "取消",
  mergeInto: "合并到…",
  deleteClass: "删除类别",
  merge: "合并",
  move: "移动",
  make: "创建",
  marked: "验证",
  markedTest: "测试",
  showLess: "收起",
  checkPhotos: "检查照片",
  checkAll: "检查全部照片",
  trainTitle: "训练",
  advanced: "高级设置",
  epochs: "训练轮数",
  learningRate: "学习率",
  automatic: "自动",
  hiddenUnits: "隐藏单元数",
  l2: "权重惩罚（L2）",
  headHint:
    "留空时，训练会一直进行到再也学不到新东西为止，惩罚则取在另留的训练照片上效果最好的值。学习率只在有隐藏单元并指定训练轮数时起作用。",
  validationShare: "验证集比例（%）",
  validationShareHint: "留出这部分照片来检验模型。仅在没有验证文件夹时使用。",
  splitRecordings: "只有一次长录制的类别，用其结尾来检验",
  splitRecordingsHint:
    "用最后的照片检验从最前面的照片学到的内容，中间的不用。同一次录制的照片非常相似，这样的指标会偏高；再录一次更能说明问题。",
  refit: "这些照片检验过模型之后，也用来学习",
  yes: "是",
  no: "否",
  quality: "快速还是准确",
  qualityHint:
    "训练前要多仔细地看照片。在这里选择，“高级”中的相应字段会随之改变。每种选择在这台机器上要多久，是用您的几张照片测出来的。",
  backbone: "骨干网络",
  inputSize: "输入尺寸",
  inputSizeHint: "越小越快，越大越准确。",
  patience: "提前停止（轮数）",
  patienceHint: "验证损失连续这么多轮没有改善就停止，并保留最佳的一轮；0 表示从不提前停止。",
  classWeight: "类别权重",
  classWeightNone: "无",
  classWeightBalanced: "均衡",
  classWeightHint: "均衡：照片少的类别与照片多的类别同等重要。",
  augmentation: "数据增强",
  augmentationHint: "同时用训练照片的变化副本训练。每个副本只计算一次，相当于多一张照片。",
  augment: "同时用变化的副本训练",
  copies: "每张照片的副本数",
  flip: "部分镜像",
  crop: "最多裁剪（%）",
  colour: "颜色最多变化（%）",
  views: "网络看到照片的哪些部分",
  viewsNone: "照片",
  viewsFlip: "照片和它的镜像",
  viewsCrop: "照片，以及放大的中间部分",
  viewsBoth: "照片、它的镜像和中间部分",
  viewsHint:
    "对网络看各个视图得到的结果取平均，在这里和以后使用模型时都一样：两个视图要两倍时间，三个要三倍。如果左右有区别（例如箭头），请不要用镜像。训练后会显示它对结果的影响。",
  fineTune: "同时训练网络的最后几层",
  fineTuneHint:
    "适合与网络学过的照片很不同的照片，例如手势或图画。先用验证照片检验，有帮助才保留。交叉验证不做这一步。",
  compareAugmentation: "分别训练有无增强并比较",
  train: "开始训练",
  stop: "停止",
  stageDecoding: "读取照片",
  stageFeatures: "计算特征",
  stageTraining: "训练",
  curves: "学习曲线",
  accuracy: "准确率",
  loss: "损失",
  resultTitle: "结果",
  confusionSummary: "混淆矩阵：什么被认成了什么",
  perClassSummary: "各类别指标",
  mistakesHint: "模型认错的验证照片，最出乎意料的排在最前。出错的可能是模型，也可能是标签。",
  trainAgain: "重新训练",
  staleHere: "训练之后照片有变动。特征已保存，重新训练只需几秒。",
  cellNone: "这些照片都已处理。",
  reliabilitySummary: "它给出的百分比可信吗？",
  rejectionSummary: "“都不是”",
  reject: "没有把握时回答“都不是”",
  threshold: "概率达到此值才给出答案",
  useSuggested: "采用建议值",
  crossSummary: "交叉验证",
  crossHint:
    "多次训练，每次用不同的照片评判：每张照片都由没有见过它的模型评判一次。比单次划分更可靠，但更慢。您的模型保持不变。",
  folds: "折数",
  crossStart: "开始交叉验证",
  tryTitle: "试用",
  tryNow: "现在试一试",
  openModel: "打开模型",
  downloadModel: "下载模型",
  needModel: "请先训练一个模型，或打开您保存过的模型。",
  dropPhotos: "将照片拖放或粘贴到此处",
  choosePhotos: "选择要识别的照片",
  tryThese: "或点按一张模型没有见过的照片：",
  recognisedTitle: "已识别的照片",
  clearList: "清空列表",
  takeTitle: "带走模型",
  takeModel: "模型文件",
  takeModelHint:
    "一个 zip 文件，TensorFlow.js、ml5 和 Teachable Machine 的库都能打开。每个权重用更少的位，文件就更小；可以在这里测量代价。",
  costWeights: "权重",
  costSize: "大小",
  costAccuracy: "准确率",
  costChange: "最大变化",
  takeMeasure: "测量",
  takeDownload: "下载模型文件",
  takePage: "现成网页",
  takePageHint:
    "一个能独立识别照片的网页：拖放、选择、粘贴或来自摄像头。作为单个文件，双击即可打开，没有网络也行；作为打包成 zip 的文件夹，可放到任何网站空间。它不向任何人发送任何东西。",
  takeOver: "在这里继续",
  takeOneFile: "下载为单个文件",
  takePageDownload: "下载网页",
  takeElsewhere: "在其他程序中使用",
  takeOnnx: "下载 ONNX 文件",
  takeOnnxHint:
    "ONNX 文件可用 onnxruntime 打开，在手机、服务器和小型开发板上也可以。标签和像素的输入方式写在文件的元数据里。",
  liveOpen: "实时使用摄像头",
  liveHint: "浏览器会先请求您的许可。画面只留在这台电脑上。",
  live: "实时摄像头",
  liveCamera: "摄像头",
  liveMirror: "镜像显示（仅影响画面）",
  openNotebook: "在笔记本中打开",
  guide: "使用指南（英文）",
  apiReference: "API 参考",
  examplePython: "示例：网页中的 Python",
  exampleClient: "示例：仅用 JavaScript",
  offlineReady: "已可离线使用",
  updateReady: "新版本已就绪，方便时请重新加载。",
  updateReload: "重新加载",
  picturesTitle: "图片",
  dropPictures: "将图片拖放或粘贴到这里",
  choosePictures: "选择图片",
  recogniseThese: "或点按其中一张：",
  openCamera: "使用摄像头",
  cameraHint: "浏览器会先征求您的许可。照片只保留在这台电脑上。",
  camera: "摄像头",
  takePhoto: "拍照",
  closeCamera: "关闭摄像头",
  address: "图片网址",
  fetchAddress: "获取",
  addressHint: "只有“获取”会向其他网站发出请求，并且除网址外不发送任何内容。",
  removePictures: "移除图片",
  topK: "答案数",
  network: "网络",
  predict: "预测",
  answersTitle: "图片内容",
  noAnswers: "网络认识 1,000 种事物：动物、工具、车辆、食物等。请选择一张图片，结果会立即显示在这里。",
  networkTitle: "网络",
  networkLead: "网络公开发布的各层。“训练自己的模型”直接使用切分处以上的各层，并训练新的层来代替以下的各层。",
  layerTable: "各层",
  keepModel: "保存在此浏览器中",
  projects: "此浏览器中的其他项目",
  projectName: "项目名称",
  projectSave: "保存为文件",
  projectOpen: "打开项目文件",
  projectNew: "新建项目",
  projectQuestion: "将此项目保留在浏览器中并新建一个项目，还是连同照片和模型一起删除？",
  projectLeave: "保留，并新建一个",
  projectDelete: "删除",
  keptModels: "保存在此浏览器中的模型",
  namesLead: "一个图片文件夹，文件名说明图片的内容：",
  namesTree: "示例：train 文件夹中有 android-0.jpg、android-1.jpg 等，以及 windows-0.jpg 等。",
  digitsTitle: "手写数字",
  digitsWaiting: "准备就绪后会立即加载手写数字。",
  digitExamples: "示例",
  ownDigits: "其他手写数字",
  ownDigitsHint:
    "两个文件，图片和标签：MNIST 原始文件（train-images-idx3-ubyte.gz 及其标签），或 TensorFlow.js 教程中的拼合图和标签。",
  chooseDigits: "选择两个文件",
  digitsNetwork: "两个带池化的卷积层和一个十单元的层，从零开始训练：不使用预训练网络。",
  nTraining: "训练样本数",
  nValidation: "验证样本数",
  batchSize: "批大小",
  drawTitle: "书写",
  drawHint: "可用鼠标、手写笔或手指书写。用键盘时：方向键移动画笔，空格键落笔或抬笔，回车键识别，Delete 键清除。",
  drawingArea: "书写区",
  readDigit: "识别",
  clearDrawing: "清除",
  needDigits: "请先训练网络，或打开您保存过的网络。",
  seenDigit: "网络实际收到的图像",
};

/** @param {number} n */
const photos = (n) => `${number(n)} 张照片`;

/** @param {number} n */
const classCount = (n) => `${number(n)} 个类别`;

/** @param {number} n */
const problems = (n) => `${number(n)} 个文件未采用`;

/** @param {import("../calls.js").Evaluation | null} e */
const accuracyOf = (e) =>
  e
    ? `验证准确率 ${percent(e.accuracy)}（${number(e.total)} 张中 ${number(e.correct)} 张正确）`
    : "没有验证照片，因此准确率未知";

/** @type {Record<string, string>} */
const backendNames = { webgpu: "WebGPU", webgl: "WebGL", wasm: "WebAssembly", cpu: "CPU" };

/** @type {Record<string, string>} */
const loadingNames = {
  python: "Python",
  packages: "Python 软件包",
  tensorflow: "TensorFlow.js",
  backbone: "预训练网络",
};

/** @type {Record<string, string>} */
const splitNames = { training: "训练", validation: "验证", test: "测试" };
/** @type {Record<string, string>} */
const qualityNames = {
  fast: "快速",
  balanced: "均衡",
  accurate: "准确",
  chosen: "由我的照片决定",
};

/** @type {Record<string, string>} */
const qualityNotes = {
  fast: "一个网络，图片较小。",
  balanced: "一个网络。",
  accurate: "两个网络并排观察每张照片。",
  chosen: "在您的照片上分别试用两个网络和二者并排，保留最好的。",
};

/** @type {Record<string, string>} */
const backbonesOf = {
  accurate: "二者并排",
  chosen: "由照片决定",
};

/** @type {Record<string, string>} */
const stageNames = {
  decoding: labels.stageDecoding,
  features: labels.stageFeatures,
  choosing: "比较骨干网络",
  augmenting: "计算变化的副本",
  judging: "用其他照片检验",
  refitting: "从全部照片学习",
  "fine-tuning": "训练最后几层",
};

/** @type {typeof import("./en.js").texts.failed} */
const failed = {
  loading: "启动失败。",
  adding: "无法添加照片。",
  training: "训练出错。",
  recognising: "无法识别照片。",
  model: "对此模型的操作失败。",
  backend: "无法选用这种计算方式。",
  network: "无法加载网络。",
  restoring: "无法打开项目。",
  arranging: "无法这样整理照片。",
  checking: "无法检查照片。",
};

/** @type {Record<NonNullable<import("../calls.js").AlbumOverview["undo"]>, string>} */
const editNames = {
  add: "添加照片",
  addClass: "新建类别",
  renameClass: "重命名",
  enableClass: "启用或停用类别",
  mergeClasses: "合并",
  deleteClass: "删除类别",
  movePhotos: "移动照片",
  keepTogether: "归并版本",
  deletePhotos: "删除照片",
  removeAll: "移除全部照片",
};

/** @type {Record<string, string>} */
const cameraReasons = {
  NotAllowedError: "您或浏览器的设置没有允许使用。请在本页网址旁允许，然后重试。",
  NotFoundError: "这台电脑没有摄像头。请改为选择图片。",
  NotReadableError: "其他程序正在使用它。请关闭该程序，然后重试。",
  SecurityError: "浏览器只在安全页面（https）上允许使用。",
};

/** @type {typeof import("./en.js").texts} */
export const texts = {
  ready: "就绪",
  loading: (stage) => `正在加载${loadingNames[stage] ?? stage}…`,
  loadingName: (stage) => loadingNames[stage] ?? stage,
  startFailed: "pyclassifier 无法启动。请重新加载页面；需要新版的 Chrome、Edge、Firefox 或 Safari。",
  failedStatus: "出了问题",
  notStarted: "无法启动",
  failed,
  languageMissing: "无法载入此语言。请检查网络连接，或重新载入页面。",
  backend: (name) => backendNames[name] ?? name,
  changingBackend: (name) => `正在切换到 ${backendNames[name] ?? name}…`,
  leftBackend: (left, name) => `${backendNames[left]} 在此失败：现在由 ${backendNames[name]} 计算。`,
  softwareGraphics: (name) => `未找到图形处理器：${backendNames[name]} 在此由软件模拟，WebAssembly 更快。`,
  fastestHere: (name, times, other) =>
    `此处最快：${backendNames[name]}，速度是 ${backendNames[other]} 的 ${multiple(times)} 倍。`,
  fastestAlone: (name) => `此处最快：${backendNames[name]}。`,
  fastestNext: "从下次访问起使用。",
  softwareChosen: "未找到图形处理器：WebAssembly 在此最快。",
  cores: (n) => `使用处理器的 ${n} 个核心计算。`,
  cpuSlow: "纯 JavaScript：到处可用，但很慢。",

  dropLater: "没有接收拖放的内容：页面仍在工作。请稍后再拖放一次。",
  dropBeside: "没有接收拖放的内容。请拖放到照片所在的区域。",
  noFiles: "拖放的内容里没有照片或文件夹。请拖放照片、文件夹或 zip。",
  unreadable: (error) => `无法读取（${error instanceof Error ? error.message : error}）`,
  sampleMissing: (path, status) => `无法获取示例照片 ${path}（HTTP ${status}）。网站可能没有完整安装。`,
  fetchingSamples: (done, total) => `正在获取示例照片：${number(done)} / ${number(total)}`,
  findingPhotos: "正在查看文件夹…",
  foundPhotos: (n) => `正在查看文件夹… 已找到 ${number(n)} 个文件`,
  nothingAdded: "已取消：没有添加照片",
  asking: "关于照片有一个问题",
  whichClass: (n) => (n === 1 ? "这张照片属于哪个类别？" : `这 ${number(n)} 张照片属于哪个类别？`),
  columnsTitle: (path) => `${path} 用哪些列？`,
  columnsLead: (rows) => `表格有 ${number(rows)} 行。下面是推测，请核对。`,
  oneHot: (columns) => `每个类别一列：${columns.join("、")}`,
  notOpened: "已取消：没有打开模型",
  labelsTitle: "这个模型能识别什么？",
  labelsLead: (n) =>
    `它的文件没有写明 ${number(n)} 个类别的名称。请每行写一个，按模型输出的顺序；可以粘贴 labels.txt 的内容。`,
  labelsMissing: (n) => `请写 ${number(n)} 个名称，每行一个。`,
  scalingTitle: "这个模型需要怎样的像素？",
  scalingLead: "它的文件没有说明。训练它的人知道；选错了，它就会猜错。",
  scalings: {
    symmetric: "−1 到 1（MobileNet、Teachable Machine）",
    unit: "0 到 1（除以 255）",
    bytes: "0 到 255（原样）",
  },
  sameColumns: "请选择两个不同的列。",
  lettersTitle: (path) => `${path} 用的是哪种文字编码？`,
  lettersLead: "文件没有说明。请选择文字看起来正确的一种。",
  foldersTitle: "这些文件夹是什么意思？",
  foldersLead: "它们有几种读法，第一种更有可能。请选择。",
  foldersWay: (labelBy, n) =>
    `${{ auto: "按文件夹", folder: "按最里层的文件夹", top: "按外层的文件夹", path: "按两层文件夹合起来", name: "按文件名" }[labelBy]}：${number(n)} 个类别`,
  photosThere: (n) => `：${number(n)} 张照片`,
  moreClasses: (n) => `还有 ${number(n)} 个类别`,
  moreFolders: (n) => `还有 ${number(n)} 个文件夹`,
  photosLeftOut: (n) => `${number(n)} 张没有类别的照片会被略过。`,
  holdToRecord: "按住连拍",
  record: "开始连拍",
  recording: "正在连拍…",
  stopRecording: "停止连拍",
  photosTaken: (n) => `已拍 ${number(n)} 张照片`,
  reading: (done, total) => `正在读取照片：${number(done)} / ${number(total)}`,
  photosReady: (n, classes, leftOut) =>
    `就绪：${classCount(classes)}，共 ${photos(n)}${leftOut > 0 ? `，${problems(leftOut)}` : ""}`,
  nothingUsable: "这些文件都无法使用。",
  photos,
  split: (training, validation, test) =>
    `训练 ${number(training)}${validation ? ` · 验证 ${number(validation)}` : ""}${test ? ` · 测试 ${number(test)}` : ""}`,
  photoOf: (label, name) => `${label}：${name}`,
  more: (n) => `另有 ${number(n)} 个`,
  problems,
  unknownKind: "?",

  markedPhoto: (photo, split) => `${photo}（${splitNames[split]}）`,
  photoFacts: (label, marked, path) =>
    [label, marked ? `用于${splitNames[marked]}` : "", path].filter(Boolean).join(" · "),
  arranged: "已完成",
  undone: (edit) => `已撤销：${editNames[edit]}`,
  redone: (edit) => `已重做：${editNames[edit]}`,
  undo: (edit) => (edit ? `撤销${editNames[edit]}` : "撤销"),
  redo: (edit) => (edit ? `重做${editNames[edit]}` : "重做"),
  photosOf: (label) => `${label}的照片`,
  classMenu: (label) => `${label}的更多操作`,
  takesPart: (label) => `${label}参与训练`,
  showAll: (n) => `显示全部 ${number(n)} 张`,
  chosen: (n) => `已选 ${number(n)} 张`,
  needName: "请输入类别名称。",
  madeClass: (label) => `新类别：${label}`,
  /** @param {number} n */
  classNumber: (n) => `类别 ${n}`,
  /** @param {string} label */
  renameClass: (label) => `重命名${label}`,
  /** @param {string} label */
  removeClass: (label) => `移除${label}`,
  /** @param {string} way @param {string} label */
  wayInto: (way, label) => `${way}：${label}`,
  /** @param {number} n photos that are there */
  morePhotos: (n) => {
    if (n === 0) return labels.firstPhotos;
    if (n < 10) return `再加 ${number(10 - n)} 张即可开始。`;
    return n < 30 ? `再加 ${number(30 - n)} 张会更好。` : "";
  },
  renamed: (label, to) => `${label}已改名为${to}`,
  mergeTitle: (label) => `将${label}合并到`,
  merged: (label, to) => `已将${label}合并到${to}`,
  deletedClass: (label) => `已删除类别${label}`,
  moveTitle: (n) => `将 ${photos(n)}移动到`,
  moved: (n, to) => `已将 ${photos(n)}移动到${to}`,
  markedFor: (n, split) => `${photos(n)}用于${splitNames[split]}`,
  versionsKept: (n) => `${photos(n)}：从下一次训练起，同一原件的版本不会分开`,
  removedAll: "已移除全部照片。可用“撤销”恢复。",
  deletedPhotos: (n) => `已删除 ${photos(n)}`,

  checking: (done, total) => `正在检查照片：${number(done)} / ${number(total)}`,
  checkedAll: (n) => (n > 0 ? `检查完成：${number(n)} 项发现` : "检查完成：没有发现问题"),
  checkStopped: "检查已停止。已读取的内容会保留。",
  findings: (n) => `${number(n)} 项发现`,
  nothingFound: "全部照片已读取并比较，没有发现问题。",
  notCompared: "读取全部照片之后，才能发现无法读取或几乎相同的照片：训练时，或点击“检查全部照片”。",
  photosOfFinding: (n) => `此项发现的 ${photos(n)}`,
  finding: ({ kind, labels: names, numbers: { photos: n = 0, side = 0, largest = 0, smallest = 0, originals = 0 } }) =>
    ({
      unreadable: `无法读取：${photos(n)}，不能参与训练。`,
      duplicates: `重复：${photos(n)}，与同一类别中的其他照片完全相同，会被重复计算。`,
      alike: `几乎相同：${photos(n)}，与同一类别中的其他照片相近，对模型几乎没有新信息。`,
      versions: `从名称看，${photos(n)}是 ${number(originals)} 个原件的不同版本。如果同一原件既用于学习又用于评判，结果会显得过好。`,
      "two classes": `同一照片出现在${names.join("和")}中：${photos(n)}。模型无法同时学会两者。`,
      "both sides": `同一照片既用于训练又用于验证：${photos(n)}。结果会显得过好。`,
      small: `尺寸太小，有一边不到 ${side} 像素：${photos(n)}。放大后对模型来说很模糊。`,
      few: `照片太少：${names.join("、")}。不到十张时，模型能学到什么全凭运气。`,
      imbalance: `${names[0]}有 ${photos(largest)}，${names[1]}只有 ${number(smallest)} 张。模型会偏向大的类别：请添加照片，或在训练时为类别加权。`,
    })[kind],
  fix: ({ change, label, split, edit }) => {
    const n = edit.photos.length;
    if (change === "keep first") return `每组保留一张，删除 ${number(n)} 张`;
    if (change === "keep in") return `保留在${label}，删除 ${number(n)} 张`;
    if (change === "move to") return `将 ${number(n)} 张移动到${label}`;
    if (change === "mark") return `全部用于${splitNames[split ?? "training"]}`;
    if (change === "keep together") return `将同一原件的版本归在一起`;
    return `删除 ${photos(n)}`;
  },
  weigh: "为类别加权",
  weighNoMore: "不再为类别加权",
  weighed: "从下一次训练起为类别加权：照片少的类别与照片多的同等重要",
  weighedNoMore: "已取消类别加权：每张照片同等重要",

  needClasses: (classes) =>
    classes.length === 1 ? `还需要一个类别：目前只有“${classes[0]}”。` : "请先添加至少两个类别的照片。",
  trainWhenReady: "全部加载完成后即可点击。",
  trainWhenFree: "照片处理完后即可点击。",
  trainReady: (n, classes) => `${classCount(classes)}的 ${photos(n)}已就绪。`,
  trainingOn:
    "继续训练会保留所打开模型的预训练网络，并用这里的照片重新学习所有类别：模型文件里没有它原来的照片，没有照片的类别不参加训练。",
  quality: (name) => qualityNames[name] ?? name,
  qualityNote: (name, bytes) => {
    const note = qualityNotes[name] ?? "";
    return bytes > 0 ? `${note}需另外加载 ${megabytes(bytes)}，只需一次。` : note;
  },
  qualityCost: (seconds) =>
    seconds === 0 ? "无需计算：这些照片的特征已经有了。" : `您的照片大约需要 ${roughly(seconds)}。`,
  measuringCost: "正在测量在这里需要多久…",
  slowTitle: "这需要一些时间",
  slow: (name, n, seconds, usual) =>
    `在这里，“${qualityNames[name]}”处理 ${photos(n)}大约需要 ${roughly(seconds)}，“${qualityNames.balanced}”${usual > 0 ? `大约需要 ${roughly(usual)}` : "不需要时间"}。您可以随时停止，已经算出的不会丢失。`,
  ratherBalanced: "改用“均衡”",
  backboneOf: (name) => backbonesOf[name] ?? name,
  backbonesTitle: "在您的照片上试用的结果",
  backbonesCaption: (n, folds) =>
    `每一个都用同样的 ${number(n)} 张训练照片评判，评判它们的分类头没有学过这些照片（交叉验证）。` +
    (folds ? "这些照片也参与了模型自己的评判，所以模型的数字略微偏高。" : ""),
  backbonesColumns: ["骨干网络", "准确率（95 % 区间）", "这里每张照片", "需加载"],
  keptBackbone: "已保留",
  milliseconds: (n) => `${n} 毫秒`,
  backboneOption: (title, bytes) => `${title}（${megabytes(bytes)}）`,
  inputSize: (size, original) => `${size} × ${size} 像素${original ? "（与预训练相同）" : ""}`,
  expected: (name, low, high, whole) => `${name}：请填写 ${low} 到 ${high} 之间的${whole ? "整数" : "数"}。`,
  preparing: "正在准备训练…",
  stopping: "正在停止…",
  stage: (stage, done, total) =>
    `${stageNames[stage] ?? stage}${total > 0 ? `：${number(done)} / ${number(total)}` : `…（${number(done)}）`}`,
  training: (epoch, epochs) =>
    epochs === null
      ? `正在训练：第 ${number(epoch)} 轮，直到学不到新东西为止`
      : `正在训练：第 ${number(epoch)} 轮，共 ${number(epochs)} 轮`,
  outOf: (done, total) => `${number(done)} / ${number(total)}`,
  prepared: (done, total) => `已为训练预先准备：${number(done)} / ${photos(total)}`,
  trained: (e, test) =>
    `训练完成：${accuracyOf(e)}${test ? `，测试准确率 ${percent(test.accuracy)}（${number(test.total)} 张中 ${number(test.correct)} 张正确）` : ""}`,
  stopped: (done, epochs, e) =>
    epochs === null
      ? `在第 ${number(done)} 轮后停止：${accuracyOf(e)}`
      : `在第 ${number(done)} 轮（共 ${number(epochs)} 轮）后停止：${accuracyOf(e)}`,
  /** @param {string} time @param {string} memory */
  fineTuneCost: (time, memory) => `用您的照片在这里大约需要 ${time}，最多占用 ${memory} 内存。`,
  fineTuneMeasuring: "正在测量在这里需要多少时间和内存…",
  /** @param {number} alone @param {number} tuned @param {boolean} kept */
  fineTuned: (alone, tuned, kept) =>
    `不训练最后几层为 ${percent(alone)}，训练后为 ${percent(tuned)}：` +
    (kept ? "已保留训练后的层。" : "在这里没有帮助，网络保持原样。"),
  viewsEffect: ({ accuracy, plain, total, only, onlyPlain }, clear, p) =>
    `同样的 ${photos(total)}：使用其他视图为 ${percent(accuracy)}，不使用为 ${percent(plain)}；` +
    `仅使用时正确 ${number(only)} 张，仅不使用时正确 ${number(onlyPlain)} 张。` +
    (clear ? `这样的差异很少只是偶然（p = ${p}）。` : `这可能只是偶然（p = ${p}）。`),
  stoppedEarly: "在第一轮之前就停止了。没有训练任何内容。",

  seriesTraining: "训练",
  seriesValidation: "验证",
  epoch: "轮次",
  curve: (chart, epoch, training, validation) =>
    `第 ${number(epoch)} 轮后的${chart}：训练 ${training}${validation === null ? "" : `，验证 ${validation}`}。`,
  accuracy: (e) =>
    `${number(e.total)} 张中 ${number(e.correct)} 张正确（${percent(e.accuracy)}，95% 置信区间 ` +
    `${wholePercent(e.interval[0])}% 至 ${wholePercent(e.interval[1])}%）`,
  accuracyLabel: "正确识别的验证照片",
  figuresOf: (e, refit) =>
    e.folds
      ? `这 ${photos(e.total)}，每张都由 ${number(e.folds)} 个模型中没有学过它的那个来检验。${refit ? "您的模型从全部照片学习。" : ""}`
      : `这 ${photos(e.total)}检验的是没有学过它们的模型。${refit ? "之后您的模型又连同它们一起重新训练。" : ""}`,
  testLabel: "正确识别的测试照片",
  testOf: "测试照片只检验一次完成的模型，不作他用。",
  noValidation:
    "没有验证照片，因此无从得知这个模型有多好。请添加验证文件夹，或在“高级设置”中设定验证集比例，然后重新训练。",
  noneJudged: "无从得知这个模型有多好：没有照片可以留出来检验它。",
  unjudged: (names, n, reason) => {
    const quoted = names.map((name) => `“${name}”`).join("、");
    const listed = `${quoted}${n > names.length ? `等 ${number(n)} 个` : ""}`;
    const never = `从未检验：${listed}。`;
    if (reason === "one recording") return `${never}它的照片都来自同一次录制，无法互相检验。请换个地方或光线再录一次。`;
    if (reason === "own end")
      return `仅用自身录制的结尾检验：${listed}。这些照片与之前的非常相似，指标会偏高。请换个地方或光线再录一次。`;
    if (reason === "alike") return `${never}它的照片几乎相同或属于一组，无法互相检验。请添加不同的照片。`;
    if (reason === "one photo") return `${never}只有一张照片。请再添加一些。`;
    if (reason === "not marked") return `${never}有照片标为验证用，但其中没有这些类别的。`;
    return reason === "stopped" ? `${never}训练在此之前停止了。` : `${never}这些指标没有涉及它。`;
  },
  checkByEnds: "用结尾检验长录制",
  recordAgain: (label) => `再录一次：${label}`,
  fewPhotos: (e) =>
    `只有 ${photos(e.total)}可供检验：对同类的新照片，正确率可能在 ` +
    `${wholePercent(e.interval[0])}% 到 ${wholePercent(e.interval[1])}% 之间。验证照片越多，结论越可靠。`,
  run: (nTraining, epochs, time) => `${photos(nTraining)}，${number(epochs)} 轮，${time}`,
  storedFigures: "保存在所打开模型中的指标。",
  noStoredFigures: "所打开的模型中没有指标。",
  confusionCaption: "行：照片的真实类别。列：模型的判断。数字为验证照片张数。",
  trueClass: "真实类别",
  perClassCaption:
    "精确率：被判为该类别的照片中，判断正确的比例。召回率：该类别的照片中，被找出的比例。F1：两者合为一个指标。",
  perClassColumns: ["类别", "精确率", "召回率", "F1", "照片数"],
  worstFirst: "最差的在前",
  /** @param {string} low @param {string} high */
  between: (low, high) => `${low} 至 ${high}`,
  confusionOpens: "行：照片的真实类别。列：模型的判断。点按数字可查看相应照片。",
  /** @param {number} n @param {string} label @param {string} predicted */
  cell: (n, label, predicted) =>
    label === predicted ? `“${label}”的 ${photos(n)}，识别正确` : `“${label}”的 ${photos(n)}，被认成“${predicted}”`,
  /** @param {number} n @param {number} total */
  cellChosen: (n, total) =>
    n > 0
      ? `对选中的 ${number(n)} / ${number(total)} 张照片：`
      : total === 1
        ? "对这张照片："
        : `对全部 ${number(total)} 张照片，或只对选中的：`,
  /** @param {number} n */
  mistakes: (n) => `${number(n)} 个错误，最严重的在前`,
  /** @param {string} label @param {string} predicted @param {string} probability @param {string} other */
  judged: (label, predicted, probability, other) =>
    label === predicted
      ? `“${label}”，${probability}`
      : `属于“${label}”（${other}）；模型认为是“${predicted}”（${probability}）`,
  /** @param {string} label */
  moveTo: (label) => `移到“${label}”`,
  /** @param {string} label */
  moveBack: (label) => `移回“${label}”`,
  confirm: "标签正确，保留",
  unconfirm: "重新列出",
  confirmed: "已保留：类别正确",
  unconfirmed: "已重新列出",
  judgedDeleted: "已删除",
  /** @param {string} label */
  judgedMoved: (label) => `现在属于“${label}”`,
  /** @param {string} photo */
  openPhoto: (photo) => `放大查看：${photo}`,
  /** @param {import("../calls.js").Augmentation | null} how */
  augmented: (how) =>
    how
      ? `数据增强：${number(how.copies)} 个副本${how.flip ? "、镜像" : ""}、裁剪 ${percent(how.crop, 0)}、颜色 ${percent(how.brightness, 0)}`
      : "无数据增强",
  /** @param {import("../calls.js").Calibration} c */
  reliability: ({ ece, confidence, accuracy, total }) =>
    `在 ${photos(total)}上，它平均自称有 ${percent(confidence)} 的把握，实际正确率为 ${percent(accuracy)}。` +
    `按下面的柱平均，两者相差 ${percent(ece)}（期望校准误差；0 为最佳）。`,
  reliabilityCaption: "柱：各档把握下的正确率。在虚线上，自称 80% 把握的答案恰好有 80% 正确。",
  reliabilityColumns: ["把握", "平均把握", "正确", "照片数"],
  certainty: "自称的把握",
  /** @param {number} refused @param {number} right @param {number} passed @param {number} wrong */
  rejectionEffect: (refused, right, passed, wrong) =>
    `在留出的照片中：${number(right)} 个正确答案中有 ${number(refused)} 个会被拒绝，${number(wrong)} 个错误答案中有 ${number(passed)} 个会被放过。`,
  rejectionOff: "无论模型多么没有把握，每张照片都会得到一个类别。",
  /** @param {string} threshold */
  thresholdSet: (threshold) => `低于 ${threshold} 的答案将变为“都不是”`,
  /** @param {string} suggested */
  calibrated: (suggested) => `根据留出的照片建议：${suggested}。`,
  /** @param {number} n */
  tooFewToCalibrate: (n) => `只留出了 ${photos(n)}，不足以给出建议值。请自行选择，或添加验证照片。`,
  noneOfThese: "都不是",
  /** @param {string} label @param {string} share */
  bestGuess: (label, share) => `最接近：${label}，${share}`,
  /** @param {import("../calls.js").Evaluation} e @param {number} folds */
  crossPooled: (e, folds) =>
    `${number(folds)} 折共 ${number(e.total)} 张中 ${number(e.correct)} 张正确（${percent(e.accuracy)}，95% 置信区间 ${wholePercent(e.interval[0])} 至 ${wholePercent(e.interval[1])}%）`,
  /** @param {string} mean @param {string[]} folds */
  crossFolds: (mean, folds) => `平均 ${mean}；各折：${folds.join("、")}`,
  /** @param {string} share */
  crossProgress: (share) => `交叉验证：已完成 ${share}`,
  /** @param {string} text @param {string} left */
  timeLeft: (text, left) => `${text}，约剩 ${left}`,
  /** @param {import("../calls.js").Evaluation} e */
  crossDone: (e) => `交叉验证完成：${percent(e.accuracy)}（${number(e.total)} 张中 ${number(e.correct)} 张正确）`,
  crossStopped: "已取消交叉验证。您的模型保持不变。",
  whereDidItLook: "它看了哪里？",
  heatmapOf: "针对类别",
  heatmapHint: "有颜色的区域提高了该类别的得分，越亮提高得越多（Grad-CAM）。这只是粗略的示意：其余区域也可能起了作用。",
  /** @param {string} label */
  heatmapAlt: (label) => `照片及热力图：哪些地方提高了“${label}”的得分`,
  explaining: "正在查看模型关注的区域……",
  /** @param {number} epoch @param {number} epochs */
  bestEpoch: (epoch, epochs) =>
    `竖线标出第 ${number(epoch)} 轮（共 ${number(epochs)} 轮），保留的是这一轮的权重：其验证损失最低。`,
  /** @param {string} ready */
  stale: (ready) => `训练之后照片有变动。${ready}`,
  /** @param {number} n */
  runs: (n) => (n === 1 ? "本项目的训练" : `比较本项目的 ${number(n)} 次训练`),
  /** @param {number} number */
  runName: (number) => `训练 ${number}`,
  inUse: "使用中",
  useRun: "使用这个模型",
  forgetRun: "移除",
  /** @param {number} number */
  usedRun: (number) => `正在使用训练 ${number} 的模型`,
  /** @param {number} number */
  forgotRun: (number) => `已移除训练 ${number}`,
  /** @param {number} n @param {number} classes */
  trainedOn: (n, classes) => `${photos(n)}，${classCount(classes)}`,
  /** @param {string} name @param {string} value */
  setting: (name, value) => `${name}：${value}`,
  /** @param {import("../calls.js").Versus} v @param {boolean} clear @param {string} p */
  versus: ({ other, total, correct, correctOther, moved, only, onlyOther, pValue }, clear, p) =>
    `同样的 ${photos(total)}评判了两者：此模型正确 ${number(correct)} 张，训练 ${other} 正确 ${number(correctOther)} 张。` +
    (moved ? `其间有 ${photos(moved)}换了类别。` : "") +
    (pValue === null
      ? ""
      : `${moved ? "其余照片中" : "其中"}，仅此模型正确 ${number(only)} 张，仅训练 ${other} 正确 ${number(onlyOther)} 张。` +
        (clear
          ? `明显${only > onlyOther ? "优于" : "差于"}训练 ${other}（p = ${p}）。`
          : `没有明显差异（p = ${p}）。`)),
  sameJudged: ({ other, total, correct, correctOther, added, gone, moved }) =>
    `同样的 ${photos(total)}评判过训练 ${other}：当时正确 ${number(correctOther)} 张，现在正确 ${number(correct)} 张。` +
    (moved ? `其中 ${number(moved)} 张现在属于别的类别。` : "") +
    (added ? `${photos(added)}第一次参与评判。` : "") +
    (gone ? `当时参与评判的 ${photos(gone)}不再参与。` : ""),

  model: (source, classes) => `${source === "opened" ? "打开的模型" : "您训练的模型"}：${classCount(classes.length)}`,
  recognising: (done, total) => `正在识别照片：${number(done)} / ${number(total)}`,
  recognised: (good, bad) => `已识别 ${photos(good)}${bad ? `，${number(bad)} 张无法读取` : ""}`,
  showMore: (n) => `显示更多（还有 ${number(n)} 张）`,
  packing: "正在打包模型…",
  downloaded: (name) => `模型已下载：${name}`,
  opening: "正在打开模型…",
  /** @param {string} name */
  recogniseSample: (name) => `识别 ${name}`,
  opened: (classes) => `已打开模型：${classCount(classes)}`,
  listCleared: "列表已清空",
  computesOtherwise: (by) =>
    `这台电脑得到的结果与模型文件中记录的不同：概率最多相差 ${percent(by)}。` +
    "请尝试更换计算方式；如果仍然如此，说明文件被改动过。",
  liveGoOn: "继续",
  livePause: "暂停",
  cameraNumber: (n) => `摄像头 ${n}`,
  liveRate: (rate) => `每秒 ${rate < 10 ? decimal(rate, 1) : number(Math.round(rate))} 帧`,

  open: "打开",
  delete: "删除",
  openKept: (name) => `打开 ${name}`,
  deleteKept: (name) => `删除 ${name}`,
  goneForGood: "它将从此浏览器中永久消失，无法恢复。",
  keptName: (classes, when) =>
    `${classes.length > 3 ? classCount(classes.length) : classes.join("、")}（${dayAndTime(when)}）`,
  keptModel: "模型已保存在此浏览器中",
  deletedKept: "模型已从此浏览器中删除",
  storageFailed: (name) => `无法使用浏览器的存储空间（${name}）。请改为下载模型。`,

  restoring: (done, total) => `正在打开您的项目：${number(done)} / ${photos(total)}`,
  restored: (n, classes) => `您的项目已恢复：${classCount(classes)}，共 ${photos(n)}`,
  startingAgain: "正在重新启动…",
  startedAgain: (left) =>
    `已重新启动${left ? `，不再使用 ${backendNames[left]}` : ""}，没有丢失任何内容。请重做被中断的操作。`,
  startedBefore: "已重新启动，恢复到片刻之前的状态：最后一步可能缺失。",
  startedWithout: (n) => `已重新启动。${photos(n)}此前未能保存在此浏览器中：请重新添加。`,
  startedEmpty: "已重新启动，但照片和模型没有保存在此浏览器中：请重新添加。",
  projectDeleted: "项目已从此浏览器中删除",
  projectState: ({ state, name }) => {
    const named = name ? `项目“${name}”：` : "项目：";
    if (state === "") return `${named}尚无内容可保存`;
    if (state === "opening") return `${named}正在打开…`;
    if (state === "saving") return `${named}正在保存到此浏览器…`;
    if (state === "saved") return `${named}已保存在此浏览器中`;
    if (state === "full") return `${named}只保存了一部分`;
    return `${named}未保存`;
  },
  projectNote: ({ state, unsaved, bytes }) => {
    if (state === "elsewhere") return "此项目已在另一个标签页中打开。在这里所做的不会保存。";
    if (state.startsWith("unavailable"))
      return "此窗口无法保存任何内容（例如无痕浏览）。一切功能都可用，但下次打开时不会保留：请下载您的模型。";
    if (state === "full")
      return `此浏览器的存储空间已满：${photos(unsaved)}下次打开时将不在。请在下方删除其他项目以腾出空间。`;
    if (state === "") return "照片、特征、模型和设置会随着您的操作保存在这台电脑的此浏览器中。";
    return `此项目在这台电脑的此浏览器中占用 ${megabytes(bytes)}。${unsaved ? `${photos(unsaved)}无法读取，未包含在内。` : ""}`;
  },
  projectOpening: (name, n) =>
    `正在打开${name ? `您的项目“${name}”` : "您的项目"}（${photos(n)}）。这期间添加的照片会加入其中。`,
  elsewhere: (name, filled) =>
    `${name ? `项目“${name}”` : "您的项目"}已在另一个标签页中打开。` +
    (filled ? "在这里所做的不会保存。" : "可以在这里继续，或使用副本。"),
  takeCopy: "使用副本",
  keepApart: "将这里的内容另存为新项目",
  keptApart: "这里的内容已作为新项目保存",
  keptGone: "此浏览器中保存的项目已被删除，例如随本网站的数据一起被清除。此页面上的内容已重新保存。",
  projectElsewhere: "此项目已在另一个标签页中打开。请先关闭那个标签页。",
  openedBackbone: "所打开模型自带的",
  savingProject: (done, total) => `正在保存项目：${number(done)} / ${photos(total)}`,
  projectSaved: (bytes, lost) => `项目已保存：${megabytes(bytes)}${lost ? `；${photos(lost)}无法读取` : ""}`,
  openingProject: "正在打开项目…",
  projectTitle: (name, when) => name || `${dayAndTime(when)}的项目`,
  projectSize: (n, bytes) => `${photos(n)}，${megabytes(bytes)}`,

  pictures: (n) => `${number(n)} 张图片`,
  needPictures: "请先选择一张图片。",
  predictWhenReady: "全部加载完成后即可点击。",
  loadingNetwork: "正在加载网络…",
  shows: (label, probability) => `${label}：${percent(probability)}`,
  imagenetClass: (label, index, id) => `${label}（类别 ${index}，${id}）`,
  nothingPasted: "没有可粘贴的图片。请复制图片本身，而不是它的网址。",
  cameraFailed: (name) => `无法使用摄像头。${cameraReasons[name] ?? `浏览器提示“${name}”。`}`,
  cameraPhoto: (n) => `摄像头 ${n}.png`,
  expectedAddress: "请填写图片的完整网址，例如 https://example.org/drum.jpg。",
  fetching: (url) => `正在获取 ${url}`,
  notFetched: "无法获取图片。",
  addressStatus: (url, status) => `${url} 返回了 HTTP 状态 ${status}。请检查网址。`,
  addressTooLarge: (bytes) => `图片超过 ${megabytes(bytes)}。请保存并缩小图片，然后选择该文件。`,
  addressRefused: (host) =>
    `${host} 没有响应，或不允许其他网站读取其图片（CORS），多数网站都是如此。请保存图片并选择文件，或复制后粘贴。`,
  fetcherMissing: "本站的 fetch.html 没有加载。网站可能没有完整安装。",

  loadingDigits: "正在加载手写数字…",
  digitsReady: (total, classes) => `就绪：${classCount(classes)}，共 ${number(total)} 个数字`,
  digitCount: (total) => `${number(total)} 个手写数字，其中一部分：`,
  needDigitFiles: "手写数字尚未加载。",
  digitsTrainReady: "手写数字已就绪。",
  readingDrawing: "正在识别书写内容…",
  read: (label, probability) => `识别为：${label}（${percent(probability)}）`,
  layerColumns: ["层（类型）", "输出形状", "参数"],
  layerCaption: "None 代表图片的数量。",
  cutHere: "训练时在此切分",
  shape: (shape) => (shape ? `(${shape.map((n) => n ?? "None").join(", ")})` : "?"),
  parameters: ({ n_parameters: n, n_trainable: trainable }) =>
    `${number(n)} 个参数，其中 ${number(trainable)} 个可训练`,

  // 带走
  storedAs: {
    float32: "与训练时相同",
    uint16: "每个 16 位，几乎同样精确",
    float16: "每个 16 位，其他程序认识的格式",
    uint8: "大多每个 8 位：文件最小",
  },
  notMeasured: "尚未测量。测量时会用变小后的权重重新识别留出的照片。",
  measuredOn: (n) =>
    n > 0
      ? `在检验过模型的 ${photos(n)}上的准确率；模型之后可能学过它们，只宜比较各行。其概率与 float32 相比的最大变化。`
      : "这里没有留出的照片：最大变化取自自检图像。",
  measuring: (done, total) => `正在测量：${number(done)} / ${number(total)}`,
  measured: "测量完成",
  measuringStopped: "测量已取消",
  pageDownloaded: (name) => `网页已下载：${name}`,
  copy: "复制",
  copied: "已复制",
  marked: "浏览器不允许复制；文字已选中：请按 Ctrl+C。",
  commandsTitle: "Keras、TFLite、SavedModel",
  commandsHint:
    "在装有 Python 3.11 或更新版本的终端中，于模型文件所在的文件夹运行。只有 int8 需要照片：每类若干张，放在文件夹 photos/ 中。",
  /** @param {string} name of a link */
  notKept: (name) =>
    `现在无法打开“${name}”：本站没有响应，浏览器中也还没有保存它。请先在有网络时打开一次，之后没有网络也能打开。`,
  htmlTitle: "HTML",
  htmlHint:
    "一个使用该模型的完整网页，可在此基础上修改。点击上方的“下载网页”，解压 zip，把下面的内容放进与其文件同一目录的空文件（例如 mine.html），再通过网页服务器打开。",
  javascriptTitle: "JavaScript",
  javascriptHint:
    "用于通过 npm 安装 TensorFlow.js 的程序，网页中有 <img>；文件夹 model/ 存放解压后的模型文件。浏览器以自己的方式缩小照片，因此概率可能与这里略有不同；现成网页则完全一致。",
  pythonTitle: "Python",
  pythonHint: "使用 Keras，先运行上面的前两条命令；照片的读取方式与训练时完全相同。",
  recordTitle: "训练记录",
  recordHint: "随机种子、设置、版本、计算后端、历史和照片内容的哈希值：重现训练所需的一切。模型文件中也有。",
  downloadRecord: "下载记录",
};

/** Python 的语句，按其代码。 @type {typeof import("./en.js").sentences} */
export const sentences = {
  "about-file": "{path}：{reason}",
  "empty-file": "文件是空的。",
  "unreadable-file": "无法读取文件（{error}）。",
  "hidden-file": "隐藏文件。",
  "system-file": "是操作系统的文件，不是照片。",
  "other-suffix": "不是照片（{suffix}）。照片是 JPEG、PNG、WebP、AVIF、GIF、BMP、TIFF 或 SVG 文件。",
  "text-file": "不是图像（.txt）。照片和类别的表格，文件名以 .csv 结尾时才会读取。",
  spreadsheet: "电子表格（{suffix}），此处不读取。请另存为 CSV 后再添加。",
  "zip-inside": "在另一个压缩包里的 zip 或 tar，不会打开。请先解压。",
  "packed-otherwise": "此处不打开 {suffix} 文件。请先解压，或把文件夹做成 zip。",
  "photo-format":
    "无法在此读取 {format} 照片。请导出为 JPEG；iPhone 可在“设置”“相机”“格式”中选择“兼容性最佳”来拍摄 JPEG。",
  "heic-photo": "无法在此读取 HEIC 照片。请导出为 JPEG；iPhone 可在“设置”“相机”“格式”中选择“兼容性最佳”来拍摄 JPEG。",
  "undecodable-photo": "浏览器无法读取这张 {format} 照片（{error}）。请导出为 JPEG。",
  "drawing-inside": "无法在此绘制 zip 或 tar 中的 SVG 图形。请先解压。",
  "not-an-image": "不是可在此读取的照片。照片是 JPEG、PNG、WebP、AVIF、GIF、BMP、TIFF 或 SVG 文件。",
  "heic-or-video": "无法在此读取 HEIC 和视频文件。请将照片导出为 JPEG。",
  "tiff-compression": "TIFF 文件的像素以 {compression} 压缩，无法在此读取。请不压缩保存，或保存为 PNG。",
  "damaged-image": "图像已损坏或不完整（{error}）。",
  "large-image": "{width} × {height} 像素：超过 {millions} 百万像素。请缩小照片。",
  "no-class-folder": "不在以类别命名的文件夹中。请放入这样的文件夹，例如 cat/photo.jpg。",
  "beside-class-folders": "在各类别文件夹旁边，不在其中任何一个里。请放入它所属类别的文件夹。",
  "unlabelled-photo": "没有说明它的类别，用来试模型的照片常常如此。已略过。",
  "photo-of-mask": "是属于某张照片的掩膜之类，不是照片。",
  "no-class-in-name": "文件名没有说明类别。请以类别加编号命名，例如 android-0.jpg。",
  "empty-class-name": "类别需要一个名称。",
  "unknown-class": "模型不认识类别“{label}”。",
  "not-a-zip": "这不是装有照片文件夹的 zip 文件（{error}）。",
  "not-a-tar": "这不是装有照片文件夹的 tar 文件，或文件已损坏（{error}）。",
  "link-in-tar": "是指向另一个文件的链接，不会跟随。",
  "large-zip":
    "zip 或 tar 最多可含 {most_files} 个文件、{most_bytes} 字节；此文件有 {files} 个、{bytes} 字节。请分成几个。",
  "large-member": "{name} 最多 {most} 字节；此文件有 {got} 字节。",
  "unusual-zip": "{name} 在 zip 中的压缩方式不常见（方法 {method}）。请重新制作 zip。",
  "large-table": "表格最多 {most} 字节；{table} 有 {got} 字节。",
  "spreadsheet-table": "{table} 是电子表格。请另存为 CSV 后再选择。",
  "empty-table": "表格 {table} 是空的。每张照片需要一行。",
  "not-unicode": "无法读取 {table} 的文字（{error}）。请另存为“CSV UTF-8”。",
  "not-csv": "{table} 不是 CSV 文件（{error}）。",
  "table-not-json": "{table} 不是 JSON 文件（{error}）。需要一个记录列表，或每个文件的标签。",
  "not-records": "{table} 需要一个记录列表，或每个文件的标签。",
  "table-of-others": "没有写明照片及其类别。请与照片一起添加。",
  "table-of-guesses": "是给没有类别的照片填写答案的表格（例如 sample_submission），不说明任何类别。",
  "table-of-objects": "{table} 是 {kind} 文件，它标出一张照片里的几样东西，或描述照片；这里需要每张照片一个类别。",
  "table-not-needed": "只写了另一个表格已给出类别的照片。没有使用。",
  "no-such-photo": "没有名为“{name}”的照片。",
  "no-photo-named": "没有写明照片。",
  "ambiguous-photo": "“{name}”可能是几张照片之一（{paths}）。请同时写明文件夹。",
  "contradictory-rows": "表格各行给了它不同的类别（{labels}）。",
  "row-without-class": "它所在的行没有写明类别（{row}）。",
  "photo-without-row": "没有写它的行（{tables}）。",
  "more-rows": "还有 {rows} 行也是如此。",
  "not-idx": "这不是数字文件：它的开头是 {start}。正确的例子是 train-images-idx3-ubyte.gz。",
  "short-idx": "此数字文件不完整。请重新下载。",
  "other-idx-size": "{shape} 的数字文件有 {expected} 字节；此文件有 {got} 字节。",
  "no-idx-pair": "请选择一个图片文件（3 维）和一个标签文件（1 维）。这两个是 {first} 和 {second}。",
  "damaged-gzip": "压缩文件（gzip）已损坏（{error}）。请重新下载。",
  "short-gzip": "压缩文件（gzip）不完整。请重新下载。",
  "large-gzip": "压缩文件最多可含 {most} 字节；此文件更多。",
  "unreadable-sprite": "无法读取每行一个数字的图片：{reason}",
  "other-sprite-width": "每行一个 {side} × {side} 数字的图片宽 {expected} 像素；此图片宽 {got} 像素。",
  "other-label-count": "有 {pictures} 幅图片，但有 {got} 个标签。每幅图片需要一个标签。",
  "other-digits": "可以有 1 到 {most} 幅 1 到 256 像素的图片；现在是 {shape}。",
  "few-digits": "共有 {total} 个数字，少于训练用的 {training} 个加上检验用的 {validation} 个。",
  "no-classes": "还没有照片。请添加至少两个类别的照片。",
  "one-class": "只有一个类别“{label}”。请再添加另一个类别的照片。",
  "only-validation": "“{label}”有验证照片（{validation}），但没有训练照片。请添加一些，或移除它的验证照片。",
  "unreadable-classes": "这些类别没有一张训练照片能读取：{labels}。请查看问题列表，并添加其他照片。",
  "no-known-photos": "可读取的照片都不属于这些类别：{classes}。",
  "one-group": "交叉验证需要“{label}”有不同的照片：现在的照片几乎都一样，或来自同一次连拍。请添加其他照片。",
  "few-groups":
    "{folds} 折需要 {folds} 组不同的照片，且有一个类别有同样多的组；现在有 {groups} 组，共 {samples} 张。请减少折数，或添加照片。",
  "not-trained": "请先训练模型，或打开已保存的模型。",
  "no-views-to-fine-tune": "网络的最后几层从照片本身学习。请在“高级设置”中二选一：照片的其他视图，或训练最后几层。",
  "one-to-fine-tune": "并排的两个网络不能训练最后几层。请只选一个网络（“快速”或“均衡”），再训练一次。",
  "many-to-fine-tune":
    "训练网络最后几层时，内存最多放得下 {most} 张照片（包括变化的副本）；现在有 {got} 张。请不用变化的副本，或减少照片。",
  "not-to-fine-tune": "这个网络的最后几层不能训练。请选另一个网络。",
  "nothing-to-explain": "此网络是从零开始训练的。只能查看基于预训练网络的模型。",
  "not-an-archive": "这不是模型文件（.zip），或文件已损坏（{error}）。",
  "archive-without": "模型文件应有 {files}；此文件缺少 {missing}。",
  "not-all-files": "模型由 {files} 组成；缺少 {missing}。请全部选择。",
  "needs-labels": "模型的文件没有写明它的 {n} 个类别的名称。",
  "needs-scaling": "模型的文件没有说明它需要怎样的像素。",
  "no-head": "只能打开以池化、Dense 层和 softmax 结尾的图片模型；此模型的结尾是 {got}。",
  "teachable-pose": "这是 Teachable Machine 的姿势模型，它接收身体的关键点。请导出图片模型。",
  "teachable-audio": "这是 Teachable Machine 的声音模型，它接收声音。请导出图片模型。",
  "weights-not-finite": "模型已损坏：权重 {name} 不全是数。请重新训练。",
  "outputs-not-finite": "模型已损坏：它的答案不全是数。请重新训练。",
  "costly-model":
    "此模型处理一张图片需要 {got} 十亿次乘法和 {values} 百万个数值，浏览器承受不了（最多 {most} 十亿次）。请选择较小的模型。",
  "keras-model": "这是 Keras 模型。请先在有 Python 的电脑上转换：{command}",
  "other-model": "只能打开 pyclassifier 或 Teachable Machine 的模型；此模型的构造不同（{kind}：{error}）。",
  "not-json": "文件中的 {name} 已损坏（{error}）。",
  "not-an-object": "文件中的 {name} 已损坏：其中是 {got}。",
  "other-label-number": "模型有 {expected} 个答案，但有 {got} 个标签。",
  "short-weights": "权重文件不完整：应有 {least} 字节，只有 {got} 字节。",
  "other-weights": "权重文件属于另一个模型：{got} 字节，而不是 {expected} 字节。",
  "not-a-project": "这不是项目文件（.zip），或文件已损坏（{error}）。",
  "model-for-project": "这是模型，不是项目：请用“打开模型”打开。",
  "other-zip-for-project": "此 zip 不是项目。请选择作为项目保存的文件。",
  "large-project": "项目最多可有 {most} 个文件；此项目有 {got} 个。",
  "damaged-project": "项目已损坏：无法读取 {name}（{error}）。",
  "other-project": "项目已损坏，或来自其他版本的 pyclassifier（{kind}：{error}）。",
  "unreadable-when-saved": "保存项目时无法读取（{error}）。",
  "missing-in-project": "项目中缺少此照片。请重新添加。",
  "no-backend": "“{got}”无法在此浏览器中运行。请选择其他计算方式。",
  "other-backend": "“{got}”无法在此浏览器中运行。请从 {known} 中选择。",
  "no-backend-after-reset": "图形处理器已重置，这里没有其他计算方式。请重新加载页面。",
  "build-failed": "TensorFlow.js 无法构建模型：{error}",
  "backend-failed": "TensorFlow.js 无法启动“{backend}”：{error}",
  "train-failed": "TensorFlow.js 无法训练：{error}",
  "predict-failed": "TensorFlow.js 无法预测：{error}",
  "weights-failed": "TensorFlow.js 无法读取权重：{error}",
  "failed-request": "无法加载 {url}（{error}）。{remedy}",
  "http-status": "无法加载 {url}（HTTP {status}）。{remedy}",
  "check-models": "请检查网络连接，然后重试。",
  "could-not-read": "无法读取（{error}）。",
  "no-class-name": "请为类别命名。",
  "class-name-taken": "已有另一个类别名为“{label}”。可以改为合并这两个类别。",
  "not-two-files": "请选择两个文件：一个图片文件和一个标签文件。收到的是 {got}。",
  "few-digit-classes": "请先加载至少两种数字。",
  "nothing-drawn": "请先画一个数字。",
  "not-a-digits-network": "此模型识别照片。请打开在“手写数字”页面训练的网络。",
  "out-of-memory": "此标签页内存不足。请使用更少或更小的照片，并重新加载页面。",
  "internal-error": "pyclassifier 内部出错（{kind}）。",
  "unreadable-table": "无法读取表格 {path}（{error}）。",
  "other-fit-mode": "文件中把照片变成正方形的方式（{got}）在此未知。已知的有 {known}。",
  "other-layer-size": "{layer} 层的权重与它的 {size} 个单元不符：{got}。",
  "no-labels": "模型的标签不是名称列表：{got}。",
  "many-labels": "模型最多可有 {most} 个标签，每个 {longest} 个字符；此模型有 {got} 个，最长 {length} 个字符。",
  "weight-twice": "文件中有两份权重 {name}。",
  "large-weights": "权重最多 {most} 字节；这些有 {got} 字节或更多。",
  "no-weight-entry": "模型已损坏：有一个权重缺少名称、形状或类型（{got}）。",
  "weight-name": "模型已损坏：有一个权重的名称不是文字（{got}）。",
  "weight-shape": "模型已损坏：权重 {name} 的形状无效（{got}）。",
  "weight-scale": "模型已损坏：用来计算权重 {name} 的数无效（{got}）。",
  "bad-network": "无法打开此模型：它的各层没有从一幅图片依次连到一个答案（{error}）。",
  "other-network": "此网络不认识 ImageNet 的 {expected} 个类别：它有 {got} 个。请选择另一个。",
  "no-tfjs": "无法从 {url} 加载 TensorFlow.js。请检查连接后重试。",
  "did-not-load": "{url} 没有加载（{error}）。{remedy}",
  "no-samples": "无法加载示例照片：{error}",
  "no-samples-here": "这里没有示例照片。",
  "stopped-reading": "在读完所有照片之前已停止。已读取的照片会被记住。",
  "stopped-checking": "在读完所有照片之前已停止。",
  "stopped-choosing": "在选定网络之前已停止。特征会被记住。",
  "stopped-folds": "在所有折都检验完之前已停止。特征会被记住。",
  "stopped-saving": "在项目保存完之前已停止。没有生成文件。",
  "stopped-adding": "在照片添加完之前已停止。",
  "failed-because": "{failure}（{error}）",
};
