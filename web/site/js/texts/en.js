/** Every visible English text of the page, in one place; the other languages are files with the same names beside it. */
import { dayAndTime, decimal, megabytes, multiple, number, percent, roughly, wholePercent } from "../format.js";

/**
 * @typedef {import("../types.js").Activity} Activity
 * @typedef {import("../calls.js").Evaluation} Evaluation
 */

/** Fixed texts, put into the page by `fillLabels`. */
export const labels = {
  product: "pyclassifier",
  pages: "Pages",
  pageTrain: "Train your own",
  pageRecognise: "Recognise",
  pageDigits: "Digits",
  pageLogos: "Logos",
  steps: "Steps",
  export: "Export",
  exportPage: "Web page",
  tagline: "No account, no upload: your photos never leave this computer.",
  headline: "Make an image classifier from your own photos",
  promise:
    "Show some photos of each class. Minutes later your model recognises new photos, or what your camera sees, and is " +
    "yours to take away: for web pages, phones and Python.",
  language: "Language",
  computeOn: "Compute on",
  dismiss: "Dismiss",
  tryAgain: "Try again",
  loadingTitle: "Getting ready",
  loadingHint: "You can choose your photos meanwhile.",
  photosTitle: "Photos",
  photosLead: "A folder for each class, named as the class:",
  dropFolder: "Drop photos, folders or a zip here",
  or: "or",
  chooseTraining: "Choose training folder",
  chooseFiles: "Choose files",
  moreWays: "More ways",
  moreWaysLead:
    "A zip or tar of folders. A flat folder of cat-1.jpg, dog-2.jpg. Photos with a table (CSV, TSV, JSON, XML) that names their " +
    "classes. A picture that is pasted, or dragged here from another page. Or its address:",
  captureTitle: "Record with the camera",
  captureRate: "Photos per second",
  captureDelay: "Countdown",
  captureToggle: "Press once to start, once more to stop",
  captureHint:
    "Hold the button or the space bar. The photos of one recording stay together when some are set aside for validation.",
  fileColumn: "Photos are named in",
  labelColumn: "Classes are named in",
  addNow: "Add photos",
  classNames: "Names of the classes",
  scaling: "Pixels go in as",
  withoutTable: "Without the table",
  tableExamples: "What is in the table",
  useSamples: "Use sample photos",
  haveFolder: "I have a folder of photos",
  addClass: "Add a class",
  emptyClasses: "Classes without photos",
  firstPhotos: "10 photos are a start, 30 are better.",
  treeLabel: "Example: the folder photos holds the folders cat and dog, and these hold the photos.",
  validationTitle: "Validation photos",
  validationHint:
    "Optional. The same folders with other photos, to check the model with. " +
    "Without them, some training photos are set aside.",
  chooseValidation: "Choose validation folder",
  removeAll: "Remove all photos",
  takeOver: "Take over here",
  waiting: "Your photos have arrived: they are read as soon as everything is loaded.",
  classes: "Classes",
  close: "Close",
  previousPhoto: "Previous",
  nextPhoto: "Next",
  chosenPhotos: "Selected photos",
  view: "View",
  moveTo: "Move to…",
  chosenMenu: "More on the selected photos",
  useForTraining: "Use for training",
  useForValidation: "Use for validation",
  useForTest: "Use for test",
  deletePhotos: "Delete",
  chooseNone: "Select none",
  anotherClass: "New class…",
  className: "Class",
  newClassName: "Name of the new class",
  cancel: "Cancel",
  mergeInto: "Merge into…",
  deleteClass: "Delete class",
  merge: "Merge",
  move: "Move",
  make: "Create",
  marked: "val.",
  markedTest: "test",
  showLess: "Show less",
  checkPhotos: "Check photos",
  checkAll: "Check all photos",
  trainTitle: "Train",
  advanced: "Advanced",
  epochs: "Epochs",
  learningRate: "Learning rate",
  automatic: "automatic",
  hiddenUnits: "Hidden units",
  l2: "Weight penalty (L2)",
  headHint:
    "Left empty, training goes on until nothing more can be learned, and the penalty is the one that does best on " +
    "training photos put aside for that. The learning rate counts only with hidden units and a number of epochs.",
  validationShare: "Validation share (%)",
  validationShareHint: "Set aside to check the model. Used only without a validation folder.",
  splitRecordings: "Check a class of one long recording by its end",
  splitRecordingsHint:
    "The last photos check what was learned from the first, without those between. Photos of one recording look much alike, so that such figures are too good; a second recording tells more.",
  refit: "Learn from these photos, too, once they have checked the model",
  yes: "yes",
  no: "no",
  quality: "Fast or accurate",
  qualityHint:
    "How well photos are looked at before training. Choose here; the fields under “Advanced” follow. What each costs here is measured on some of your photos.",
  backbone: "Backbone",
  inputSize: "Input size",
  inputSizeHint: "Smaller is faster, larger is more accurate.",
  patience: "Stop early after (epochs)",
  patienceHint:
    "Stops once the validation loss has not improved for that many epochs, and keeps the best epoch; 0 never stops early.",
  classWeight: "Class weights",
  classWeightNone: "None",
  classWeightBalanced: "Balanced",
  classWeightHint: "Balanced: classes with few photos count as much as those with many.",
  augmentation: "Augmentation",
  augmentationHint:
    "Trains on changed copies of the training photos too. Each copy is computed once, as another photo would be.",
  augment: "Train on changed copies, too",
  copies: "Copies of each photo",
  flip: "Mirror some",
  crop: "Crop by up to (%)",
  colour: "Change colours by up to (%)",
  views: "What the network sees of a photo",
  viewsNone: "The photo",
  viewsFlip: "The photo and its mirror image",
  viewsCrop: "The photo, and its middle from nearer by",
  viewsBoth: "The photo, its mirror image, and its middle",
  viewsHint:
    "The network’s answers to all views are averaged, here and wherever the model is used: two views take twice as long, three three times. Leave out the mirror image where left and right matter, as in arrows. What it makes of the figures is shown after training.",
  fineTune: "Also train the last layers of the network",
  fineTuneHint:
    "For photos unlike those that the network was trained on, such as hand signs or drawings. It is tried on your validation photos, and kept only where it helps. Cross-validation does without.",
  compareAugmentation: "Train with and without, and compare",
  train: "Train",
  stop: "Stop",
  stageDecoding: "Reading photos",
  stageFeatures: "Computing features",
  stageTraining: "Training",
  curves: "Learning curves",
  accuracy: "Accuracy",
  loss: "Loss",
  resultTitle: "Result",
  confusionSummary: "Confusion matrix: what is taken for what",
  perClassSummary: "Figures per class",
  mistakesHint:
    "Held-out photos that the model gets wrong, the most surprising first. A label may be wrong as well as the model.",
  trainAgain: "Train again",
  staleHere: "The photos have changed since training. Training again takes seconds: features are remembered.",
  cellNone: "You have dealt with all of these.",
  reliabilitySummary: "Can its percentages be trusted?",
  rejectionSummary: "“None of these”",
  reject: "Say “None of these” when unsure",
  threshold: "Answer only when at least this sure",
  useSuggested: "Use the suggested value",
  crossSummary: "Cross-validation",
  crossHint:
    "Trains several times, and checks each time with other photos: every photo is checked once by a model that had not learned from it. More reliable than one split, and slower. Your model stays as it is.",
  folds: "Folds",
  crossStart: "Cross-validate",
  tryTitle: "Try",
  tryNow: "Now try it",
  openModel: "Open model",
  downloadModel: "Download model",
  needModel: "Train a model first, or open one that you saved.",
  dropPhotos: "Drop or paste photos here",
  choosePhotos: "Choose photos to recognise",
  tryThese: "Or press on one that the model has not seen:",
  recognisedTitle: "Recognised photos",
  clearList: "Clear list",
  takeTitle: "Take it away",
  takeModel: "Model file",
  takeModelHint:
    "A zip that TensorFlow.js, ml5 and Teachable Machine’s library open. Fewer bits for each weight make it smaller; measure what that costs here.",
  costWeights: "Weights",
  costSize: "Size",
  costAccuracy: "Accuracy",
  costChange: "Largest change",
  takeMeasure: "Measure",
  takeDownload: "Download model file",
  takePage: "Ready page",
  takePageHint:
    "A web page that recognises photos by itself: dropped, chosen, pasted or from the camera. As one file a double click opens it, without a network, too; as a folder, zipped, it goes on any web host. It sends nothing to anyone.",
  takeOneFile: "Download as one file",
  takePageDownload: "Download page",
  takeElsewhere: "In other programs",
  takeOnnx: "Download ONNX file",
  takeOnnxHint:
    "ONNX files are opened by onnxruntime, on phones, servers and small boards, too. The labels, and how pixels go in, are in the file’s metadata.",
  liveOpen: "Use the camera, live",
  liveHint: "Your browser asks for your permission first. The pictures stay on this computer.",
  live: "Live camera",
  liveCamera: "Camera",
  liveMirror: "Mirror the picture (only to look at)",
  openNotebook: "Open in a notebook",
  guide: "Guide",
  apiReference: "API reference",
  examplePython: "Example: Python on a page",
  exampleClient: "Example: JavaScript only",
  offlineReady: "Ready to work offline",
  updateReady: "A new version is ready: reload when it suits you.",
  updateReload: "Reload",
  picturesTitle: "Pictures",
  dropPictures: "Drop or paste pictures here",
  choosePictures: "Choose pictures",
  recogniseThese: "Or press on one of these:",
  openCamera: "Use the camera",
  cameraHint: "Your browser asks for your permission first. The photo stays on this computer.",
  camera: "Camera",
  takePhoto: "Take photo",
  closeCamera: "Close camera",
  address: "Address of a picture",
  fetchAddress: "Fetch",
  addressHint: "Nothing is fetched until you press “Fetch”; then only the address is sent to that site.",
  removePictures: "Remove pictures",
  topK: "Answers",
  network: "Network",
  predict: "Predict",
  answersTitle: "What they show",
  noAnswers:
    "The network knows 1,000 things: animals, tools, vehicles, food. Choose a picture: what it shows stands here at once.",
  networkTitle: "The network",
  networkLead:
    "Its layers, as published. “Train your own” uses those above the cut as they are, and trains new ones instead of those below.",
  layerTable: "Layers",
  keepModel: "Keep in this browser",
  projects: "Other projects in this browser",
  projectName: "Project name",
  projectSave: "Save as a file",
  projectOpen: "Open a project file",
  projectNew: "New project",
  projectQuestion:
    "Keep this project in the browser and start another one, or delete it with its photos and its model?",
  projectLeave: "Keep it, start another one",
  projectDelete: "Delete it",
  keptModels: "Models kept in this browser",
  namesLead: "A folder of pictures whose names say what they show:",
  namesTree: "Example: the folder train holds android-0.jpg, android-1.jpg and so on, windows-0.jpg and so on.",
  digitsTitle: "Digits",
  digitsWaiting: "The digits are loaded as soon as everything is ready.",
  digitExamples: "Examples",
  ownDigits: "Other digits",
  ownDigitsHint:
    "Two files, pictures and labels: MNIST’s own (train-images-idx3-ubyte.gz and its labels), or the sprite and labels of TensorFlow.js tutorials.",
  chooseDigits: "Choose two files",
  digitsNetwork: "Two convolutions with pooling and one layer of ten, trained from nothing: no pretrained network.",
  nTraining: "Training digits",
  nValidation: "Validation digits",
  batchSize: "Batch size",
  drawTitle: "Draw",
  drawHint:
    "With mouse, pen or finger. With the keyboard: arrow keys move the pen, the space bar puts it down or lifts it, Enter reads, Delete clears.",
  drawingArea: "Drawing area",
  readDigit: "Read",
  clearDrawing: "Clear",
  needDigits: "Train the network first, or open one that you saved.",
  seenDigit: "The drawing as the network gets it",
};

/** @param {number} n @param {string} one @param {string} many */
const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

/** @param {number} n */
const photos = (n) => count(n, "photo", "photos");

/** @param {number} n */
const problems = (n) => `${count(n, "file", "files")} left out`;

/** @param {Evaluation | null} e */
const accuracyOf = (e) =>
  e
    ? `validation accuracy ${percent(e.accuracy)} (${number(e.correct)} of ${number(e.total)})`
    : "no validation photos, so the accuracy is not known";

/** @type {Record<string, string>} */
const backendNames = { webgpu: "WebGPU", webgl: "WebGL", wasm: "WebAssembly", cpu: "CPU" };

/** @type {Record<string, string>} */
const loadingNames = {
  python: "Python",
  packages: "Python packages",
  tensorflow: "TensorFlow.js",
  backbone: "pretrained network",
};

/** @type {Record<string, string>} */
const stageNames = {
  decoding: "Reading photos",
  features: "Computing features",
  choosing: "Comparing backbones",
  augmenting: "Computing changed copies",
  judging: "Checking with other photos",
  refitting: "Learning from all photos",
  "fine-tuning": "Training the last layers",
};

/** @type {Record<string, string>} */
const qualityNames = {
  fast: "Fast",
  balanced: "Balanced",
  accurate: "Accurate",
  chosen: "Choose by my photos",
};

/** @type {Record<string, string>} */
const qualityNotes = {
  fast: "One network, on smaller pictures.",
  balanced: "One network.",
  accurate: "Two networks look at each photo, side by side.",
  chosen: "Both networks are tried on your photos, one by one and side by side; the best is kept.",
};

/** @type {Record<string, string>} */
const backbonesOf = {
  accurate: "Both side by side",
  chosen: "Chosen by the photos",
};

/** @type {Record<Activity, string>} */
const failed = {
  loading: "Starting went wrong.",
  adding: "The photos could not be added.",
  training: "Training went wrong.",
  recognising: "The photos could not be recognised.",
  model: "That did not work with this model.",
  backend: "This way to compute could not be chosen.",
  network: "The network could not be loaded.",
  restoring: "The project could not be opened.",
  arranging: "That could not be done with the photos.",
  checking: "The photos could not be checked.",
};

/** What was done to the photos, as undo and redo call it. @type {Record<NonNullable<import("../calls.js").AlbumOverview["undo"]>, string>} */
const editNames = {
  add: "adding photos",
  addClass: "new class",
  renameClass: "renaming",
  enableClass: "switching a class",
  mergeClasses: "merging",
  deleteClass: "deleting a class",
  movePhotos: "moving photos",
  keepTogether: "keeping versions together",
  deletePhotos: "deleting photos",
  removeAll: "removing all photos",
};

/** @type {Record<string, string>} */
const cameraReasons = {
  NotAllowedError:
    "You or the browser’s settings did not allow it. Allow it beside the address of this page, and try again.",
  NotFoundError: "There is no camera on this computer. Choose a picture instead.",
  NotReadableError: "Another program uses it. Close that, and try again.",
  SecurityError: "Browsers allow it on secure pages (https) only.",
};

/** Texts with names and numbers in them. */
export const texts = {
  // Starting
  ready: "Ready",
  /** @param {string} stage */
  loading: (stage) => `Loading ${loadingNames[stage] ?? stage}…`,
  /** @param {string} stage */
  loadingName: (stage) => {
    const name = loadingNames[stage] ?? stage;
    return name[0].toUpperCase() + name.slice(1);
  },
  startFailed:
    "pyclassifier could not start. Please reload the page; a current Chrome, Edge, Firefox or Safari is needed.",
  failedStatus: "Something went wrong",
  notStarted: "Could not start",
  failed,
  languageMissing: "This language could not be fetched. Check the connection, or reload the page.",
  /** @param {string} name */
  backend: (name) => backendNames[name] ?? name,
  /** @param {string} name */
  changingBackend: (name) => `Changing to ${backendNames[name] ?? name}…`,
  /** @param {string} left @param {string} name */
  leftBackend: (left, name) => `${backendNames[left]} failed here: ${backendNames[name]} computes now.`,
  /** @param {string} name */
  softwareGraphics: (name) =>
    `No graphics processor found: ${backendNames[name]} runs in software here, WebAssembly is faster.`,
  softwareChosen: "No graphics processor found: WebAssembly is the fastest here.",
  /** @param {string} name @param {number} times @param {string} other */
  fastestHere: (name, times, other) =>
    `Fastest here: ${backendNames[name]}, ${multiple(times)} times as fast as ${backendNames[other]}.`,
  /** @param {string} name */
  fastestAlone: (name) => `Fastest here: ${backendNames[name]}.`,
  fastestNext: "It is used from the next visit on.",
  /** @param {number} n */
  cores: (n) => (n === 1 ? "Computes on one core of the processor." : `Computes on ${n} cores of the processor.`),
  cpuSlow: "Plain JavaScript: works everywhere, slow.",

  // Photos
  dropLater: "What you dropped was not taken: the page is still at work. Drop it again afterwards.",
  dropBeside: "What you dropped was not taken. Drop it where the photos are.",
  noFiles: "There were no photos and no folder in what you dropped. Drop photos, folders or a zip.",
  /** @param {unknown} error */
  unreadable: (error) => `could not be read (${error instanceof Error ? error.message : error})`,
  /** @param {string} path @param {number} status */
  sampleMissing: (path, status) =>
    `The sample photo ${path} could not be fetched (HTTP ${status}). The site may not be completely installed.`,
  /** @param {number} done @param {number} total */
  fetchingSamples: (done, total) => `Fetching sample photos: ${number(done)} of ${number(total)}`,
  findingPhotos: "Looking into the folder…",
  /** @param {number} n */
  foundPhotos: (n) => `Looking into the folder… ${count(n, "file", "files")} so far`,
  nothingAdded: "Cancelled: no photos were added",
  asking: "A question about the photos",
  /** @param {number} n */
  whichClass: (n) => (n === 1 ? "Which class does this photo show?" : `Which class do these ${photos(n)} show?`),
  /** @param {string} path */
  columnsTitle: (path) => `Which columns of ${path}?`,
  /** @param {number} rows */
  columnsLead: (rows) => `The table has ${count(rows, "row", "rows")}. This is our guess; please check it.`,
  /** @param {string[]} columns */
  oneHot: (columns) => `a column for each class: ${columns.join(", ")}`,
  notOpened: "Cancelled: no model was opened",
  labelsTitle: "What does this model recognise?",
  /** @param {number} n */
  labelsLead: (n) =>
    `Its files do not name its ${count(n, "class", "classes")}. Write one name on each line, in the order of the model’s outputs; the lines of a labels.txt can be pasted.`,
  /** @param {number} n */
  labelsMissing: (n) => `Write ${count(n, "name", "names")}, one on each line.`,
  scalingTitle: "How does this model want its pixels?",
  scalingLead: "Its files do not say so. Whoever trained it knows; with the wrong answer it will guess badly.",
  scalings: {
    symmetric: "−1 to 1 (MobileNet, Teachable Machine)",
    unit: "0 to 1 (divided by 255)",
    bytes: "0 to 255 (as they are)",
  },
  sameColumns: "Choose two different columns.",
  /** @param {string} path */
  lettersTitle: (path) => `Which letters is ${path} written in?`,
  lettersLead: "It does not say so. Choose where the words look right.",
  foldersTitle: "How are the folders meant?",
  foldersLead: "They can be read in several ways. The first is the likelier one; please choose.",
  /** @param {import("../calls.js").LabelBy} labelBy @param {number} n classes */
  foldersWay: (labelBy, n) =>
    `${{ auto: "By folders", folder: "By the innermost folder", top: "By the outer folder", path: "By both folders together", name: "By the names of files" }[labelBy]}: ${count(n, "class", "classes")}`,
  /** @param {number} n */
  photosThere: (n) => ` – ${photos(n)}`,
  /** @param {number} n */
  moreClasses: (n) => `and ${count(n, "more class", "more classes")}`,
  /** @param {number} n */
  moreFolders: (n) => `and ${count(n, "more folder", "more folders")}`,
  /** @param {number} n */
  photosLeftOut: (n) => `${photos(n)} without a class would be left out.`,
  holdToRecord: "Hold to record",
  record: "Start recording",
  recording: "Recording…",
  stopRecording: "Stop recording",
  /** @param {number} n */
  photosTaken: (n) => `${photos(n)} taken`,
  /** @param {number} done @param {number} total */
  reading: (done, total) => `Reading photos: ${number(done)} of ${number(total)}`,
  /** @param {number} n @param {number} classes @param {number} leftOut files */
  photosReady: (n, classes, leftOut) =>
    `Ready: ${photos(n)} in ${count(classes, "class", "classes")}${leftOut > 0 ? `, ${problems(leftOut)}` : ""}`,
  nothingUsable: "None of these files could be used.",
  /** @param {number} n */
  photos,
  /** @param {number} training @param {number} validation @param {number} test */
  split: (training, validation, test) =>
    `${number(training)} training${validation ? ` · ${number(validation)} validation` : ""}${test ? ` · ${number(test)} test` : ""}`,
  /** @param {string} label @param {string} name */
  photoOf: (label, name) => `${label}: ${name}`,
  /** @param {number} n */
  more: (n) => `and ${number(n)} more`,
  problems,
  unknownKind: "?",

  // Photos in order
  /** @param {string} photo @param {import("../calls.js").Split} split */
  markedPhoto: (photo, split) => `${photo} (${split})`,
  /** @param {string | null} label @param {import("../calls.js").Split | null} marked @param {string} path */
  photoFacts: (label, marked, path) => [label, marked ? `for ${marked}` : "", path].filter(Boolean).join(" · "),
  arranged: "Done",
  /** @param {keyof typeof editNames} edit */
  undone: (edit) => `Undone: ${editNames[edit]}`,
  /** @param {keyof typeof editNames} edit */
  redone: (edit) => `Redone: ${editNames[edit]}`,
  /** @param {keyof typeof editNames | null} edit */
  undo: (edit) => (edit ? `Undo ${editNames[edit]}` : "Undo"),
  /** @param {keyof typeof editNames | null} edit */
  redo: (edit) => (edit ? `Redo ${editNames[edit]}` : "Redo"),
  /** @param {string} label */
  photosOf: (label) => `Photos of ${label}`,
  /** @param {string} label */
  classMenu: (label) => `More on ${label}`,
  /** @param {string} label */
  takesPart: (label) => `${label} takes part in training`,
  /** @param {number} n */
  showAll: (n) => `Show all ${number(n)}`,
  /** @param {number} n */
  chosen: (n) => `${number(n)} selected`,
  needName: "Give the class a name.",
  /** @param {string} label */
  madeClass: (label) => `New class: ${label}`,
  /** @param {number} n */
  classNumber: (n) => `Class ${n}`,
  /** @param {string} label */
  renameClass: (label) => `Rename ${label}`,
  /** @param {string} label */
  removeClass: (label) => `Remove ${label}`,
  /** @param {string} way @param {string} label */
  wayInto: (way, label) => `${way}: ${label}`,
  /** @param {number} n photos that are there */
  morePhotos: (n) => {
    if (n === 0) return labels.firstPhotos;
    if (n < 10) return `${number(10 - n)} more to begin with.`;
    return n < 30 ? `${number(30 - n)} more would help.` : "";
  },
  /** @param {string} label @param {string} to */
  renamed: (label, to) => `${label} is now called ${to}`,
  /** @param {string} label */
  mergeTitle: (label) => `Merge ${label} into`,
  /** @param {string} label @param {string} to */
  merged: (label, to) => `Merged ${label} into ${to}`,
  /** @param {string} label */
  deletedClass: (label) => `Deleted class ${label}`,
  /** @param {number} n */
  moveTitle: (n) => `Move ${photos(n)} to`,
  /** @param {number} n @param {string} to */
  moved: (n, to) => `Moved ${photos(n)} to ${to}`,
  /** @param {number} n @param {import("../calls.js").Split} split */
  markedFor: (n, split) => `${photos(n)} for ${split}`,
  /** @param {number} n */
  versionsKept: (n) => `${photos(n)}: versions of one original stay together from the next training on`,
  removedAll: "All photos are removed. “Undo” brings them back.",
  /** @param {number} n */
  deletedPhotos: (n) => `Deleted ${photos(n)}`,

  // Check
  /** @param {number} done @param {number} total */
  checking: (done, total) => `Checking photos: ${number(done)} of ${number(total)}`,
  /** @param {number} n */
  checkedAll: (n) => (n > 0 ? `Checked: ${count(n, "finding", "findings")}` : "Checked: nothing found"),
  checkStopped: "Check stopped. What was read is remembered.",
  /** @param {number} n */
  findings: (n) => count(n, "finding", "findings"),
  nothingFound: "All photos were read and compared. Nothing was found.",
  notCompared:
    "Photos that cannot be read or are nearly the same show once all of them were read: when you train, or with “Check all photos”.",
  /** @param {number} n */
  photosOfFinding: (n) => `${photos(n)} of this finding`,
  /** @param {import("../calls.js").Finding} finding */
  finding: ({ kind, labels: names, numbers: { photos: n = 0, side = 0, largest = 0, smallest = 0, originals = 0 } }) =>
    ({
      unreadable: `Unreadable: ${photos(n)}, which can take no part in training.`,
      duplicates: `Copies: ${photos(n)}, exactly like others of the same class. They count more than once.`,
      alike: `Nearly the same: ${photos(n)}, beside others of the same class. The model learns little from them.`,
      versions: `Versions of ${number(originals)} originals, by their names: ${photos(n)}. Where one original is learned from and judged by, figures are too good.`,
      "two classes": `The same photo in ${names.join(" and in ")}: ${photos(n)}. A model cannot learn both.`,
      "both sides": `The same photo for training and for validation: ${photos(n)}. That makes the figures too good.`,
      small: `Small, with a side of less than ${side} pixels: ${photos(n)}. Enlarged, they look blurred to the model.`,
      few: `Few photos: ${names.join(", ")}. With fewer than ten, luck decides what the model learns.`,
      imbalance: `${names[0]} has ${photos(largest)}, ${names[1]} only ${number(smallest)}. A model prefers large classes: add photos, or balance the classes when you train.`,
    })[kind],
  /** @param {import("../calls.js").Fix} fix */
  fix: ({ change, label, split, edit }) => {
    const n = edit.photos.length;
    if (change === "keep first") return `Keep one of each, delete ${number(n)}`;
    if (change === "keep in") return `Keep in ${label}, delete ${number(n)}`;
    if (change === "move to") return `Move ${number(n)} to ${label}`;
    if (change === "mark") return `Use all for ${split}`;
    if (change === "keep together") return `Keep versions of one original together`;
    return `Delete ${photos(n)}`;
  },
  weigh: "Balance the classes",
  weighNoMore: "No longer balance the classes",
  weighed: "From the next training on, classes with few photos count as much as those with many",
  weighedNoMore: "From the next training on, each photo counts the same",

  // Train
  /** @param {string[]} classes with training photos */
  needClasses: (classes) =>
    classes.length === 1
      ? `One more class is needed: so far there is only “${classes[0]}”.`
      : "Add photos of at least two classes first.",
  trainWhenReady: "You can press this as soon as everything has loaded.",
  trainWhenFree: "You can press this as soon as the photos are dealt with.",
  /** @param {number} n @param {number} classes */
  trainReady: (n, classes) => `${photos(n)} in ${number(classes)} classes are ready.`,
  trainingOn:
    "Training on keeps the opened model’s pretrained network and learns all classes anew from the photos here: " +
    "its own photos are not in its file, and classes without photos are left out.",
  /** @param {string} name */
  quality: (name) => qualityNames[name] ?? name,
  /** @param {string} name @param {number} bytes to load for it, beside what is there already */
  qualityNote: (name, bytes) => {
    const note = qualityNotes[name] ?? "";
    return bytes > 0 ? `${note} Loads ${megabytes(bytes)} more, once.` : note;
  },
  /** @param {number} seconds */
  qualityCost: (seconds) =>
    seconds === 0 ? "Nothing to compute: your photos are known already." : `About ${roughly(seconds)} for your photos.`,
  measuringCost: "Measuring what it costs here…",
  slowTitle: "This takes a while",
  /** @param {string} name @param {number} n photos @param {number} seconds @param {number} usual those of "balanced" */
  slow: (name, n, seconds, usual) =>
    `“${qualityNames[name]}” takes about ${roughly(seconds)} here for ${photos(n)}, “${qualityNames.balanced}” ${usual > 0 ? `about ${roughly(usual)}` : "no time"}. You can stop at any time; what was computed is not lost.`,
  ratherBalanced: "Use “Balanced” instead",
  /** @param {string} name of a quality with more than one backbone */
  backboneOf: (name) => backbonesOf[name] ?? name,
  backbonesTitle: "Tried on your photos",
  /** @param {number} n photos @param {boolean} folds that judged these photos as well */
  backbonesCaption: (n, folds) =>
    `Each judged on the same ${photos(n)} of the training, by heads that had not learned from them (cross-validation).` +
    (folds ? " These photos had a part in the model’s own figures, too, which are therefore a little too good." : ""),
  backbonesColumns: ["Backbone", "Accuracy (95 % interval)", "A photo here", "To load"],
  keptBackbone: "kept",
  /** @param {string} n */
  milliseconds: (n) => `${n} ms`,
  /** @param {string} title @param {number} bytes */
  backboneOption: (title, bytes) => `${title} (${megabytes(bytes)})`,
  /** @param {number} size @param {boolean} original */
  inputSize: (size, original) => `${size} × ${size} pixels${original ? " (as pretrained)" : ""}`,
  /** @param {string} name @param {string} low @param {string} high @param {boolean} whole */
  expected: (name, low, high, whole) => `${name}: type a ${whole ? "whole number" : "number"} from ${low} to ${high}.`,
  preparing: "Preparing training…",
  stopping: "Stopping…",
  /** @param {string} stage @param {number} done @param {number} total */
  stage: (stage, done, total) =>
    `${stageNames[stage] ?? stage}${total > 0 ? `: ${number(done)} of ${number(total)}` : `… (${number(done)})`}`,
  /** @param {number} epoch @param {number | null} epochs null: as many as it takes */
  training: (epoch, epochs) =>
    epochs === null
      ? `Training: epoch ${number(epoch)}, until nothing more can be learned`
      : `Training: epoch ${number(epoch)} of ${number(epochs)}`,
  /** @param {number} done @param {number} total */
  outOf: (done, total) => `${number(done)} of ${number(total)}`,
  /** @param {number} done @param {number} total */
  prepared: (done, total) => `Already prepared for training: ${number(done)} of ${photos(total)}`,
  /** @param {Evaluation | null} e @param {Evaluation | null} [test] */
  trained: (e, test) =>
    `Trained: ${accuracyOf(e)}${test ? `, test accuracy ${percent(test.accuracy)} (${number(test.correct)} of ${number(test.total)})` : ""}`,
  /** @param {string} time @param {string} memory */
  fineTuneCost: (time, memory) => `For your photos here: about ${time}, and up to ${memory} of memory.`,
  fineTuneMeasuring: "Measuring what that costs here…",
  /** @param {number} alone @param {number} tuned @param {boolean} kept */
  fineTuned: (alone, tuned, kept) =>
    `Without training the last layers ${percent(alone)}, with it ${percent(tuned)}: ` +
    (kept ? "kept the trained layers." : "that does not help here, so the network stays as it was."),
  /** @param {import("../calls.js").ViewsEffect} views @param {boolean} clear @param {string} p */
  viewsEffect: ({ accuracy, plain, total, only, onlyPlain }, clear, p) =>
    `With the other views of each photo ${percent(accuracy)}, without them ${percent(plain)} of the same ${photos(total)}: ` +
    `${number(only)} right only with them, ${number(onlyPlain)} only without. ` +
    (clear ? `Chance alone would seldom make such a difference (p = ${p}).` : `That may be chance (p = ${p}).`),
  /** @param {number} done @param {number | null} epochs @param {Evaluation | null} e */
  stopped: (done, epochs, e) =>
    `Stopped after epoch ${number(done)}${epochs === null ? "" : ` of ${number(epochs)}`}: ${accuracyOf(e)}`,
  stoppedEarly: "Stopped before the first epoch. Nothing was trained.",

  // Result
  seriesTraining: "Training",
  seriesValidation: "Validation",
  epoch: "Epoch",
  /** @param {string} chart @param {number} epoch @param {string} training @param {string | null} validation */
  curve: (chart, epoch, training, validation) =>
    `${chart} after epoch ${number(epoch)}: training ${training}${validation === null ? "" : `, validation ${validation}`}.`,
  /** @param {Evaluation} e */
  accuracy: (e) =>
    `${number(e.correct)} of ${number(e.total)} (${percent(e.accuracy)}, 95 % interval ` +
    `${wholePercent(e.interval[0])} to ${wholePercent(e.interval[1])} %)`,
  accuracyLabel: "Validation photos recognised correctly",
  /** @param {Evaluation} e @param {boolean} refit */
  figuresOf: (e, refit) =>
    e.folds
      ? `Each of these ${photos(e.total)} was checked by one of ${number(e.folds)} models that had not learned from it.` +
        (refit ? " Your model learned from all of them." : "")
      : `These ${photos(e.total)} checked a model that had not learned from them.` +
        (refit ? " Your model was then trained again, on them as well." : ""),
  testLabel: "Test photos recognised correctly",
  testOf: "Test photos check the finished model once, and are used for nothing else.",
  noValidation:
    "There were no validation photos, so nobody knows how good this model is. " +
    "Add a validation folder, or set a validation share under “Advanced”, and train again.",
  noneJudged: "Nobody knows how good this model is: no photo could be held out to check it.",
  /** @param {string[]} names of classes @param {number} n of all of them @param {import("../calls.js").Unjudged["reason"] | null} reason null: nobody knows */
  unjudged: (names, n, reason) => {
    const quoted = names.map((name) => `“${name}”`).join(", ");
    const listed = `${quoted}${n > names.length ? ` and ${number(n - names.length)} more` : ""}`;
    const never = `Never judged: ${listed}.`;
    if (reason === "one recording")
      return `${never} ${n > 1 ? "All photos of each" : "All its photos"} are from one recording, so that none of them can check the others. Record again, in another place or light.`;
    if (reason === "own end")
      return `Checked only by the end of ${n > 1 ? "their own recordings" : "its own recording"}: ${listed}. Such photos look much like those before them, so that the figure is too good. Record again, in another place or light.`;
    if (reason === "alike")
      return `${never} ${n > 1 ? "The photos of each" : "Its photos"} are nearly the same or belong together, so that none of them can check the others. Add different ones.`;
    if (reason === "one photo") return `${never} There is only one photo${n > 1 ? " of each" : ""}. Add more.`;
    if (reason === "not marked") return `${never} Photos are marked for validation, but none of these.`;
    return reason === "stopped"
      ? `${never} The training was stopped before.`
      : `${never} The figures say nothing of ${n > 1 ? "them" : "it"}.`;
  },
  checkByEnds: "Check long recordings by their ends",
  /** @param {string} label */
  recordAgain: (label) => `Record again: ${label}`,
  /** @param {Evaluation} e */
  fewPhotos: (e) =>
    `Only ${photos(e.total)} to check with: on new photos of the same kind, anything between ` +
    `${wholePercent(e.interval[0])} and ${wholePercent(e.interval[1])} % may be right. More validation photos tell more.`,
  /** @param {number} nTraining @param {number} epochs @param {string} time */
  run: (nTraining, epochs, time) => `${photos(nTraining)}, ${count(epochs, "epoch", "epochs")}, ${time}`,
  storedFigures: "As stored in the opened model.",
  noStoredFigures: "The opened model holds no figures.",
  confusionCaption: "Rows: what the photos show. Columns: what the model says. Numbers of validation photos.",
  trueClass: "True class",
  perClassCaption:
    "Precision: of the photos that got this label, how many really are of this class. " +
    "Recall: of the photos of this class, how many got its label. F1: both in one figure.",
  perClassColumns: ["Class", "Precision", "Recall", "F1", "Photos"],
  worstFirst: "Worst first",
  /** @param {string} low @param {string} high */
  between: (low, high) => `${low} to ${high}`,
  confusionOpens: "Rows: what the photos show. Columns: what the model says. Press a number to see its photos.",
  /** @param {number} n @param {string} label @param {string} predicted */
  cell: (n, label, predicted) =>
    label === predicted
      ? `${photos(n)} of “${label}”, recognised`
      : `${photos(n)} of “${label}”, taken for “${predicted}”`,
  /** @param {number} n chosen @param {number} total */
  cellChosen: (n, total) =>
    n > 0
      ? `For the ${number(n)} chosen of ${number(total)} photos:`
      : total === 1
        ? "For this photo:"
        : `For all ${number(total)} photos, or for those that you choose:`,
  /** @param {number} n */
  mistakes: (n) => `${count(n, "mistake", "mistakes")}, worst first`,
  /** @param {string} label @param {string} predicted @param {string} probability @param {string} other */
  judged: (label, predicted, probability, other) =>
    label === predicted
      ? `“${label}”, ${probability}`
      : `In “${label}” (${other}); the model says “${predicted}” (${probability})`,
  /** @param {string} label */
  moveTo: (label) => `Move to “${label}”`,
  /** @param {string} label */
  moveBack: (label) => `Move back to “${label}”`,
  confirm: "It is right, keep",
  unconfirm: "List it again",
  confirmed: "Kept: it is in the right class",
  unconfirmed: "Listed again",
  judgedDeleted: "Deleted",
  /** @param {string} label */
  judgedMoved: (label) => `Now in “${label}”`,
  /** @param {string} photo */
  openPhoto: (photo) => `Show large: ${photo}`,
  /** @param {import("../calls.js").Augmentation | null} how */
  augmented: (how) =>
    how
      ? `Augmentation: ${count(how.copies, "copy", "copies")}${how.flip ? ", mirrored" : ""}, crop ${percent(how.crop, 0)}, colours ${percent(how.brightness, 0)}`
      : "Without augmentation",
  /** @param {import("../calls.js").Calibration} c */
  reliability: ({ ece, confidence, accuracy, total }) =>
    `On ${photos(total)} it says it is ${percent(confidence)} sure on average, and is right ${percent(accuracy)} of the time. ` +
    `Over the bars below, the two are ${percent(ece)} apart on average (expected calibration error; 0 is perfect).`,
  reliabilityCaption:
    "Bars: how often it is right, at each level of certainty. On the dashed line, of the answers with 80 % just 80 % are right.",
  reliabilityColumns: ["Certainty", "Mean certainty", "Right", "Photos"],
  certainty: "How sure it says it is",
  /** @param {number} refused @param {number} right @param {number} passed @param {number} wrong */
  rejectionEffect: (refused, right, passed, wrong) =>
    `Of the held-out photos: ${number(refused)} of ${number(right)} right answers would be refused, and ${number(passed)} of ${number(wrong)} wrong ones let through.`,
  rejectionOff: "Every photo gets one of the classes, however unsure the model is.",
  /** @param {string} threshold */
  thresholdSet: (threshold) => `Answers below ${threshold} become “None of these”`,
  /** @param {string} suggested */
  calibrated: (suggested) => `Suggested from the held-out photos: ${suggested}.`,
  /** @param {number} n */
  tooFewToCalibrate: (n) =>
    `${photos(n)} held out: too few to suggest a value. Choose one yourself, or add validation photos.`,
  noneOfThese: "None of these",
  /** @param {string} label @param {string} share */
  bestGuess: (label, share) => `Best guess: ${label}, ${share}`,
  /** @param {Evaluation} e @param {number} folds */
  crossPooled: (e, folds) =>
    `${number(e.correct)} of ${number(e.total)} over ${number(folds)} folds (${percent(e.accuracy)}, 95 % interval ${wholePercent(e.interval[0])} to ${wholePercent(e.interval[1])} %)`,
  /** @param {string} mean @param {string[]} folds */
  crossFolds: (mean, folds) => `Mean ${mean}; each fold: ${folds.join(", ")}`,
  /** @param {string} share */
  crossProgress: (share) => `Cross-validation: ${share} done`,
  /** @param {string} text @param {string} left */
  timeLeft: (text, left) => `${text}, about ${left} left`,
  /** @param {Evaluation} e */
  crossDone: (e) => `Cross-validated: ${percent(e.accuracy)} (${number(e.correct)} of ${number(e.total)})`,
  crossStopped: "Cross-validation cancelled. Your model stays as it is.",
  whereDidItLook: "Where did it look?",
  heatmapOf: "For the class",
  heatmapHint:
    "Coloured places raised the score of this class, bright ones most (Grad-CAM). It is a rough picture: the other places may have helped, too.",
  /** @param {string} label */
  heatmapAlt: (label) => `The photo with a heat map of what raised the score of “${label}”`,
  explaining: "Looking where the model looked…",
  /** @param {number} epoch @param {number} epochs */
  bestEpoch: (epoch, epochs) =>
    `The line marks epoch ${number(epoch)} of ${number(epochs)}, whose weights were kept: its validation loss is the lowest.`,
  /** @param {string} ready */
  stale: (ready) => `The photos have changed since training. ${ready}`,
  /** @param {number} n */
  runs: (n) => (n === 1 ? "Trainings of this project" : `Compare the ${number(n)} trainings of this project`),
  /** @param {number} number */
  runName: (number) => `Training ${number}`,
  inUse: "in use",
  useRun: "Use this one",
  forgetRun: "Forget",
  /** @param {number} number */
  usedRun: (number) => `The model of training ${number} is in use`,
  /** @param {number} number */
  forgotRun: (number) => `Training ${number} is forgotten`,
  /** @param {number} n @param {number} classes */
  trainedOn: (n, classes) => `${photos(n)}, ${count(classes, "class", "classes")}`,
  /** @param {string} name @param {string} value */
  setting: (name, value) => `${name}: ${value}`,
  /** @param {import("../calls.js").Versus} v @param {boolean} clear @param {string} p */
  versus: ({ other, total, correct, correctOther, moved, only, onlyOther, pValue }, clear, p) =>
    `The same ${photos(total)} judged both: ${number(correct)} right here, ${number(correctOther)} in training ${other}.` +
    (moved ? ` ${photos(moved)} changed class in between.` : "") +
    (pValue === null
      ? ""
      : `${moved ? " Of the others" : " Of these"} ${number(only)} right only here, ${number(onlyOther)} only in training ${other}. ` +
        (clear
          ? `${only > onlyOther ? "Clearly better" : "Clearly worse"} than training ${other} (p = ${p}).`
          : `No clear difference (p = ${p}).`)),
  /** @param {import("../calls.js").Versus} v the training in use, and the one before it */
  sameJudged: ({ other, total, correct, correctOther, added, gone, moved }) =>
    `The same ${photos(total)} judged training ${other}: ${number(correctOther)} ${correctOther === 1 ? "was" : "were"} right then, ` +
    `${number(correct)} ${correct === 1 ? "is" : "are"} now.` +
    (moved ? ` ${number(moved)} of them ${moved === 1 ? "is" : "are"} in another class now.` : "") +
    (added ? ` ${photos(added)} ${added === 1 ? "judges" : "judge"} for the first time.` : "") +
    (gone ? ` ${photos(gone)} of then ${gone === 1 ? "judges" : "judge"} no longer.` : ""),

  // Try
  /** @param {"trained" | "opened"} source @param {string[]} classes */
  model: (source, classes) =>
    `${source === "opened" ? "Opened model" : "Your trained model"}: ${count(classes.length, "class", "classes")}`,
  /** @param {number} done @param {number} total */
  recognising: (done, total) => `Recognising photos: ${number(done)} of ${number(total)}`,
  /** @param {number} good @param {number} bad */
  recognised: (good, bad) => `Recognised ${photos(good)}${bad ? `, ${number(bad)} could not be read` : ""}`,
  /** @param {number} n */
  showMore: (n) => `Show more (${number(n)} left)`,
  packing: "Packing the model…",
  /** @param {string} name */
  downloaded: (name) => `Model downloaded: ${name}`,
  opening: "Opening the model…",
  /** @param {string} name */
  recogniseSample: (name) => `Recognise ${name}`,
  /** @param {number} classes */
  opened: (classes) => `Opened model: ${count(classes, "class", "classes")}`,
  listCleared: "List cleared",
  /** @param {number} by how far, 0..1 */
  computesOtherwise: (by) =>
    `This computer does not get the results that are noted in the model’s file: probabilities differ by up to ${percent(by)}. ` +
    "Try another choice at “Compute on”; if that changes nothing, the file has been changed.",
  liveGoOn: "Go on",
  livePause: "Pause",
  /** @param {number} n */
  cameraNumber: (n) => `Camera ${n}`,
  /** @param {number} rate */
  liveRate: (rate) => `${rate < 10 ? decimal(rate, 1) : number(Math.round(rate))} frames per second`,

  // Kept models
  open: "Open",
  delete: "Delete",
  /** @param {string} name */
  openKept: (name) => `Open ${name}`,
  /** @param {string} name */
  deleteKept: (name) => `Delete ${name}`,
  goneForGood: "It will be gone from this browser for good: there is no way back.",
  /** @param {string[]} classes @param {Date} when */
  keptName: (classes, when) => {
    const names = classes.length > 3 ? count(classes.length, "class", "classes") : classes.join(", ");
    return `${names} (${dayAndTime(when)})`;
  },
  keptModel: "Model kept in this browser",
  deletedKept: "Model deleted from this browser",
  /** @param {string} name of the browser's error */
  storageFailed: (name) => `The browser’s storage could not be used (${name}). Download the model instead.`,

  // Projects kept in the browser
  /** @param {number} done @param {number} total */
  restoring: (done, total) => `Opening your project: ${number(done)} of ${photos(total)}`,
  /** @param {number} n @param {number} classes */
  restored: (n, classes) => `Your project is back: ${photos(n)} in ${count(classes, "class", "classes")}`,
  startingAgain: "Starting again…",
  /** @param {string | null} left the backend that is no longer used */
  startedAgain: (left) =>
    `Started again${left ? `, without ${backendNames[left]}` : ""}; nothing was lost. Do once more what was interrupted.`,
  startedBefore: "Started again. Your last step may be missing.",
  /** @param {number} n */
  startedWithout: (n) => `Started again. ${photos(n)} could not be kept in this browser before: add them again.`,
  startedEmpty: "Started again, but photos and model were not kept in this browser: add them again.",
  projectDeleted: "Project deleted from this browser",
  /** @param {import("../protocol.js").Kept} kept */
  projectState: ({ state, name }) => {
    const named = name ? `Project “${name}”: ` : "Project: ";
    if (state === "") return `${named}nothing to keep yet`;
    if (state === "opening") return `${named}being opened…`;
    if (state === "saving") return `${named}being kept in this browser…`;
    if (state === "saved") return `${named}kept in this browser`;
    if (state === "full") return `${named}not all of it is kept`;
    return `${named}not kept`;
  },
  /** @param {import("../protocol.js").Kept} kept */
  projectNote: ({ state, unsaved, bytes }) => {
    if (state === "elsewhere") return "Another tab has this project open. What you do here is not kept.";
    if (state.startsWith("unavailable"))
      return "This window cannot keep anything, as in private browsing. All works, but nothing will be here next time: download your model.";
    if (state === "full")
      return `This browser has no more room: ${photos(unsaved)} will not be here next time. Delete other projects below to make room.`;
    if (state === "")
      return "Photos, features, model and settings are kept in this browser, on this computer, as you work.";
    return `This project takes ${megabytes(bytes)} in this browser, on this computer.${unsaved ? ` ${photos(unsaved)} could not be read, and are not in it.` : ""}`;
  },
  /** @param {string} name @param {number} n photos */
  projectOpening: (name, n) =>
    `${name ? `Your project “${name}”` : "Your project"} with ${photos(n)} is being opened. What you add meanwhile is added to it.`,
  /** @param {string} name @param {boolean} filled whether there are photos here */
  elsewhere: (name, filled) =>
    `${name ? `The project “${name}”` : "Your project"} is open in another tab. ` +
    (filled ? "What you do here is not kept." : "Go on with it here, or work on a copy."),
  takeCopy: "Work on a copy",
  keepApart: "Keep this as a new project",
  keptApart: "What is here is kept as a new project",
  keptGone:
    "What this browser kept of your project was deleted, such as with this site’s data. What is on this page is kept again.",
  projectElsewhere: "This project is open in another tab. Close that tab first.",
  openedBackbone: "The opened model’s own",
  /** @param {number} done @param {number} total */
  savingProject: (done, total) => `Saving the project: ${number(done)} of ${photos(total)}`,
  /** @param {number} bytes @param {number} lost photos that could not be read */
  projectSaved: (bytes, lost) =>
    `Project saved: ${megabytes(bytes)}${lost ? `; ${photos(lost)} could not be read` : ""}`,
  openingProject: "Opening the project…",
  /** @param {string} name @param {Date} when it was used last */
  projectTitle: (name, when) => name || `Project of ${dayAndTime(when)}`,
  /** @param {number} n @param {number} bytes */
  projectSize: (n, bytes) => `${photos(n)}, ${megabytes(bytes)}`,

  // Recognise
  /** @param {number} n */
  pictures: (n) => count(n, "picture", "pictures"),
  needPictures: "Choose a picture first.",
  predictWhenReady: "You can press this as soon as everything has loaded.",
  loadingNetwork: "Loading the network…",
  /** @param {string} label @param {number} probability */
  shows: (label, probability) => `${label}: ${percent(probability)}`,
  /** @param {string} label @param {number} index @param {string} id */
  imagenetClass: (label, index, id) => `${label} (class ${index}, ${id})`,
  nothingPasted: "There is no picture to paste. Copy the picture itself rather than its address.",
  /** @param {string} name of the browser's error */
  cameraFailed: (name) => `The camera could not be used. ${cameraReasons[name] ?? `The browser says “${name}”.`}`,
  /** @param {number} n */
  cameraPhoto: (n) => `camera ${n}.png`,
  expectedAddress: "Type the full address of a picture, such as https://example.org/drum.jpg.",
  /** @param {string} url */
  fetching: (url) => `Fetching ${url}`,
  notFetched: "The picture could not be fetched.",
  /** @param {string} url @param {number} status */
  addressStatus: (url, status) => `${url} answered with HTTP status ${status}. Check the address.`,
  /** @param {number} bytes */
  addressTooLarge: (bytes) => `It has more than ${megabytes(bytes)}. Save it, make it smaller, and choose the file.`,
  /** @param {string} host */
  addressRefused: (host) =>
    `${host} does not answer, or does not let other sites read its pictures (CORS), as most sites do not. ` +
    "Save the picture and choose the file, or copy and paste it.",
  fetcherMissing: "fetch.html of this site did not load. The site may not be completely installed.",

  // Digits
  loadingDigits: "Loading digits…",
  /** @param {number} total @param {number} classes */
  digitsReady: (total, classes) => `Ready: ${number(total)} digits in ${count(classes, "class", "classes")}`,
  /** @param {number} total */
  digitCount: (total) => `${number(total)} digits, some of them:`,
  needDigitFiles: "The digits are not loaded yet.",
  digitsTrainReady: "The digits are ready.",
  readingDrawing: "Reading the drawing…",
  /** @param {string} label @param {number} probability */
  read: (label, probability) => `Read: ${label} (${percent(probability)})`,
  layerColumns: ["Layer (type)", "Output shape", "Params"],
  layerCaption: "None stands for the number of pictures.",
  cutHere: "Cut here for training",
  /** @param {(number | null)[] | null} shape */
  shape: (shape) => (shape ? `(${shape.map((n) => n ?? "None").join(", ")})` : "?"),
  /** @param {import("../calls.js").Network} network */
  parameters: ({ n_parameters: n, n_trainable: trainable }) =>
    `${number(n)} parameters, ${number(trainable)} of them trainable`,

  // Take it away
  /** @type {Record<import("../calls.js").StoredAs, string>} */
  storedAs: {
    float32: "as trained",
    uint16: "16 bits each, nearly as exact",
    float16: "16 bits each, in a format that other programs know",
    uint8: "mostly 8 bits each: the smallest file",
  },
  notMeasured: "Not measured yet. Measuring recognises the held-out photos again with the smaller weights.",
  /** @param {number} n held-out photos */
  measuredOn: (n) =>
    n > 0
      ? `Accuracy on the ${photos(n)} that checked the model, from which it may have learned since: compare the rows, no more. ` +
        "Largest change of a probability on them, against float32."
      : "No held-out photos are here: the largest change of a probability is that on the pictures of the self-check.",
  /** @param {number} done @param {number} total */
  measuring: (done, total) => `Measuring: ${number(done)} of ${number(total)}`,
  measured: "Measured",
  measuringStopped: "Measuring cancelled",
  /** @param {string} name */
  pageDownloaded: (name) => `Page downloaded: ${name}`,
  copy: "Copy",
  copied: "Copied",
  marked: "The browser did not allow copying. The text is selected now: press Ctrl+C.",
  commandsTitle: "Keras, TFLite, SavedModel",
  commandsHint:
    "For a terminal with Python 3.11 or newer, in the folder of the downloaded model file. Only int8 needs photos: some of each class, in the folder photos/.",
  /** @param {string} name of a link */
  notKept: (name) =>
    `“${name}” cannot be opened now: this site does not answer, and it is not kept in this browser yet. Open it once with a network; after that it opens without one, too.`,
  htmlTitle: "HTML",
  htmlHint:
    "A complete page that uses the model, to build on. Press “Download page” above, unpack the zip, put this into an empty file beside its files, such as mine.html, and open that from a web server.",
  javascriptTitle: "JavaScript",
  javascriptHint:
    "For a program that has TensorFlow.js from npm, on a page with an <img>; the folder model/ holds the unzipped model file. The browser makes photos smaller its own way, so probabilities may differ a little from here; the ready page does it exactly.",
  pythonTitle: "Python",
  pythonHint: "With Keras, after the first two commands above; photos are read exactly as they were for training.",
  recordTitle: "Record of the training",
  recordHint:
    "Seed, settings, versions, backend, history, and hashes of the photos’ content: what it takes to repeat it. The model file holds it too.",
  downloadRecord: "Download record",
};

/**
 * Python's sentences, by their codes, where a visitor is better told in other words than somebody who programs; the
 * others are said as Python says them.
 *
 * @type {Record<string, string>}
 */
export const sentences = {
  "other-suffix": "this is no photo ({suffix}). Photos are JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF or SVG files.",
  "not-an-image":
    "this is no photo that can be read here. Photos are JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF or SVG files.",
  "large-image": "{width} × {height} pixels: that is more than {millions} million pixels. Make the photo smaller.",
  "empty-class-name": "A class needs a name.",
  "not-a-zip": "This is not a zip of folders of photos ({error}).",
  "not-a-tar": "This is not a tar of folders of photos, or it is damaged ({error}).",
  "large-zip":
    "A zip or tar may hold {most_files} files and {most_bytes} bytes; this one has {files} files and {bytes} bytes. Split it into several ones.",
  "large-member": "{name} may have {most} bytes; it has {got}.",
  "unusual-zip": "{name} is packed in an unusual way (method {method}). Make the zip again.",
  "unreadable-table": "The table {path} could not be read ({error}).",
  "large-table": "A table may have {most} bytes; {table} has {got}.",
  "spreadsheet-table": "{table} is a spreadsheet. Save it as CSV, and choose that.",
  "empty-table": "The table {table} is empty. It needs a row for each photo.",
  "not-unicode": "The letters of {table} could not be read ({error}). Save it again as “CSV UTF-8”.",
  "table-of-objects":
    "{table} is a file of {kind} that marks several things in a photo, or describes it. One class for each photo is needed.",
  "not-csv": "{table} is not a CSV file ({error}).",
  "table-not-json": "{table} is not a JSON file ({error}). It needs a list of records, or the label of each file.",
  "not-records": "{table} needs a list of records, or the label of each file.",
  "not-idx": "This is no file of digits: it begins with {start}. One would be train-images-idx3-ubyte.gz.",
  "short-idx": "This file of digits ends too early. Fetch it again.",
  "other-idx-size": "A file of digits of {shape} has {expected} bytes; this one has {got}.",
  "no-idx-pair": "Choose one file of pictures (3 dimensions) and one of labels (1). These have {first} and {second}.",
  "damaged-gzip": "The packed file (gzip) is damaged ({error}). Fetch it again.",
  "short-gzip": "The packed file (gzip) is incomplete. Fetch it again.",
  "large-gzip": "A packed file may hold {most} bytes; this one holds more.",
  "unreadable-sprite": "The picture with a digit in each row could not be read: {reason}",
  "other-sprite-width":
    "A picture with a {side} × {side} digit in each row is {expected} pixels wide; this one is {got} pixels wide.",
  "other-label-count": "There are {pictures} pictures, but {got} labels. Each picture needs one.",
  "other-digits": "There may be 1 to {most} pictures of 1 to 256 pixels; these are {shape}.",
  "few-digits": "There are {total} digits, fewer than {training} to train on and {validation} to judge by.",
  "no-classes": "There are no photos yet. Add photos of at least two classes.",
  "one-class": "There is only one class, “{label}”. Add photos of another one.",
  "only-validation":
    "“{label}” has photos for validation ({validation}), but none to train on. Add some, or remove its validation photos.",
  "unreadable-classes":
    "No training photo of these classes could be read: {labels}. Look at the list of problems, and add other photos.",
  "no-known-photos": "None of the photos that could be read is of the classes {classes}.",
  "one-group":
    "Cross-validation needs photos of “{label}” that differ: all of them are nearly the same, or of one recording. Add others.",
  "few-groups":
    "{folds} folds need {folds} groups of different photos, and a class that has as many. There are {groups} groups of {samples} photos. Take fewer folds, or add photos.",
  "not-trained": "Train a model first, or open one that you saved.",
  "no-views-to-fine-tune":
    "The last layers of the network learn from the photos as they are. Choose one of the two under “Advanced”: other views of the photos, or training the last layers.",
  "one-to-fine-tune":
    "The last layers of two networks side by side cannot be trained. Choose one network (“Fast” or “Balanced”), and train again.",
  "many-to-fine-tune":
    "To train the last layers of the network, at most {most} photos fit into memory, changed copies included; you have {got}. Train without changed copies, or on fewer photos.",
  "not-to-fine-tune": "The last layers of this network cannot be trained. Choose another network.",
  "nothing-to-explain":
    "This network was trained from nothing. Only models on a pretrained network can be looked into.",
  "not-an-archive": "This is not a model file (.zip), or it is damaged ({error}).",
  "archive-without": "A model file holds {files}; this one lacks {missing}.",
  "not-all-files": "A model is {files} together; {missing} is missing. Choose all of them.",
  "needs-labels": "The model’s files do not name its {n} classes.",
  "needs-scaling": "The model’s files do not say how it wants its pixels.",
  "no-head":
    "Only models of pictures that end in pooling, Dense layers and softmax can be opened; this one ends in {got}.",
  "teachable-pose": "This is a pose model of Teachable Machine, which takes body points. Export an image model.",
  "teachable-audio": "This is an audio model of Teachable Machine, which takes sounds. Export an image model.",
  "weights-not-finite": "The model is damaged: its weights {name} are not all numbers. Train it again.",
  "outputs-not-finite": "The model is damaged: its answers are not all numbers. Train it again.",
  "costly-model":
    "The model takes {got} billion products and {values} million values for a picture, too much for a browser (at most {most} billion). Choose a smaller one.",
  "keras-model": "This is a model of Keras. Convert it first, on a computer with Python: {command}",
  "other-model":
    "Only models of pyclassifier or Teachable Machine can be opened; this one is built differently ({kind}: {error}).",
  "not-json": "{name} in the file is damaged ({error}).",
  "not-an-object": "{name} in the file is damaged: it holds {got}.",
  "other-fit-mode": "The file names a way to make photos square that is not known here ({got}). Known are {known}.",
  "other-layer-size": "The weights of the layer {layer} do not fit its {size} units: {got}.",
  "no-labels": "The model’s labels are no list of names: {got}.",
  "many-labels": "A model may have {most} labels of {longest} characters; this one has {got} of up to {length}.",
  "other-label-number": "The model has {expected} answers, but {got} labels.",
  "weight-twice": "The weights {name} are twice in the file.",
  "large-weights": "The weights may have {most} bytes; these have {got} or more.",
  "short-weights": "The file of weights is incomplete: {got} bytes instead of {least}.",
  "other-weights": "The file of weights belongs to another model: {got} bytes instead of {expected}.",
  "not-a-project": "This is not a project file (.zip), or it is damaged ({error}).",
  "model-for-project": "This is a model, not a project: open it with “Open model”.",
  "other-zip-for-project": "This zip is not a project. Choose a file that was saved as one.",
  "large-project": "A project may have {most} files; this one has {got}.",
  "damaged-project": "The project is damaged: {name} could not be read ({error}).",
  "other-project": "The project is damaged, or of another version of pyclassifier ({kind}: {error}).",
  "no-backend": "“{got}” does not work in this browser. Choose another way to compute.",
  "other-backend": "“{got}” does not work in this browser. Choose one of {known}.",
  "no-backend-after-reset": "The graphics processor was reset, and nothing else computes here. Reload the page.",
  "failed-request": "{url} could not be loaded ({error}). {remedy}",
  "http-status": "{url} could not be loaded (HTTP {status}). {remedy}",
  "check-models": "Check the connection, and try again.",
  "no-samples": "The sample photos could not be loaded: {error}",
  "no-class-name": "Give the class a name.",
  "class-name-taken": "Another class is called “{label}” already. Merge the two instead.",
  "not-two-files": "Choose two files, one of pictures and one of labels. This was {got}.",
  "few-digit-classes": "Load digits first, of at least two kinds.",
  "nothing-drawn": "Draw a digit first.",
  "not-a-digits-network": "This recognises photos. Open a network that was trained on the page “Digits”.",
  "no-tfjs": "TensorFlow.js could not be loaded from {url}. Check the connection, and try again.",
  "no-weight-entry": "The model is damaged: one of its weights lacks its name, its shape or its type ({got}).",
  "weight-name": "The model is damaged: the name of one of its weights is no text ({got}).",
  "weight-shape": "The model is damaged: the shape of its weights {name} is none ({got}).",
  "weight-scale": "The model is damaged: the numbers from which its weights {name} are made are none ({got}).",
  "bad-network":
    "This model cannot be opened: its layers do not follow on each other from one picture to one answer ({error}).",
  "other-network": "This network does not know ImageNet’s {expected} classes: it has {got}. Choose another one.",
  "no-samples-here": "There are no sample photos here.",
};
