/**
 * What passes between the page's thread and the worker: the one place where messages are typed.
 *
 * @typedef {object} ClassCount  a class and its photos
 * @property {number} key  stays the same whatever the class is called
 * @property {string} label
 * @property {boolean} enabled  whether it takes part
 * @property {number} training  photos that are not marked for validation
 * @property {number} validation
 * @property {number[]} photos  ids of all of them
 * @property {number[]} marked  ids of those that are marked for validation
 *
 * @typedef {object} Album  the photos in order
 * @property {ClassCount[]} classes  in the order of their labels
 * @property {Edit["type"] | "add" | null} undo  what can be undone
 * @property {Edit["type"] | "add" | null} redo
 * @property {string[] | null} modelClasses  what the classes of the model that was trained here are called now
 * @property {boolean} stale  the model was trained on other photos or classes than take part now
 *
 * @typedef {{ type: "addClass", label: string }
 *   | { type: "renameClass", label: string, to: string }
 *   | { type: "enableClass", label: string, enabled: boolean }
 *   | { type: "mergeClasses", labels: string[], to: string }
 *   | { type: "deleteClass", label: string }
 *   | { type: "movePhotos", photos: number[], to?: string, split?: Split | "drawn" }
 *   | { type: "deletePhotos", photos: number[] }
 * } Edit  movePhotos: to a class, which is made where there is none of that name, or onto a side of the split
 *
 * @typedef {"unreadable" | "duplicates" | "alike" | "two classes" | "both sides" | "small" | "few" | "imbalance"} FindingKind
 *   duplicates: the same bytes; alike: nearly the same picture; both sides: to learn from and to be judged by
 *
 * @typedef {object} Fix
 * @property {"delete" | "keep first" | "keep in" | "move to" | "mark"} change
 * @property {string | null} label  the class to keep them in, or to move them to
 * @property {Split | null} split  what to mark them for
 * @property {Edit & { photos: number[] }} edit  that does it
 *
 * @typedef {object} Finding  something that may be wrong with the photos
 * @property {FindingKind} kind
 * @property {string[]} labels  the classes that it is about; imbalance: the largest and the smallest
 * @property {{ photos?: number, side?: number, largest?: number, smallest?: number }} numbers  side: pixels
 * @property {number[][]} groups  ids of the photos; those of a group are the same, or alike
 * @property {Problem[]} problems  unreadable: why, of each photo of the only group
 * @property {Fix[]} fixes  any one of them mends it
 *
 * @typedef {{ findings: Finding[], compared: boolean }} Checked  the gravest first; compared: whether all photos were
 *   compared with each other, so that those that are nearly the same are known
 *
 * @typedef {string | number | string[] | { text: string } & Coded} Value  of a sentence; perhaps a sentence itself
 * @typedef {{ code?: string, values?: Record<string, Value> }} Coded  what a sentence of Python's is made of, where it is
 *   not somebody else's
 * @typedef {{ path: string, reason: string } & Coded} Problem
 * @typedef {"training" | "validation"} Split
 * @typedef {{ path: string, blob: Blob }} NamedBlob
 *
 * @typedef {object} AddOptions  each optional
 * @property {Split} [split]  "training" (by default) leaves it to their folders to say otherwise
 * @property {string} [label]  the class of all of the photos, whatever their folders say
 * @property {string} [group]  with a label: what all of the photos belong to, such as one burst of a webcam, which the
 *   split never parts
 * @property {Record<string, Columns | null>} [mapping]  by their paths: columns of tables; null: not to be used
 *
 * @typedef {{ file: string, label: string | string[], split?: string | null }} Columns  names of a table's columns;
 *   several labels: each is a class, and holds 1 for the photos of it
 *
 * @typedef {object} MappingQuestion  a table whose columns are not certain
 * @property {"columns"} kind
 * @property {string} path
 * @property {number} rows
 * @property {{ name: string, examples: string[] }[]} columns
 * @property {string[]} oneHot  columns that may be a class each
 * @property {Columns} guess
 *
 * @typedef {Album & {
 *   added: { index: number | null, id: number, path: string, label: string, split: Split | null }[],
 *   question: MappingQuestion | { kind: "label", photos: number } | { kind: "model" } | { kind: "project" } | null,
 *   problems: Problem[],
 * }} Added  index: position in the files handed over, null for what came out of a zip; id: of the photo from now on;
 *   split null: will be drawn when training starts; question: nothing was taken in, add the same again with `mapping`, or
 *   with a `label` where no photo says its class, or open them as the model or project that they are; problems: all files
 *   held back so far
 *
 * @typedef {object} History  one value per finished epoch
 * @property {number[]} loss
 * @property {number[]} accuracy  0..1
 * @property {number[]} [val_loss]
 * @property {number[]} [val_accuracy]
 *
 * @typedef {object} ClassFigures  null: undefined, such as the precision of a class that was never predicted
 * @property {string} label
 * @property {number | null} precision
 * @property {number | null} recall
 * @property {[number, number]} recallInterval  95 % Wilson interval of the recall
 * @property {number | null} f1
 * @property {number} support
 *
 * @typedef {object} Evaluation
 * @property {number} correct
 * @property {number} total
 * @property {number | null} accuracy  0..1
 * @property {[number, number]} interval  95 % Wilson interval of the accuracy
 * @property {string[]} labels
 * @property {number[][]} confusion  rows: true class, columns: predicted class
 * @property {ClassFigures[]} perClass
 * @property {Problem[]} [problems]
 *
 * @typedef {object} JudgedPhoto  a photo that a model was judged by
 * @property {number} id
 * @property {string} path
 * @property {number} shown  its class when the model was judged, as an index into `classes`
 * @property {number} said  the model's most probable class
 * @property {number} probability  0..1, of the class that the model said
 * @property {number} probabilityShown  0..1, of the class that it was in
 * @property {number} loss  cross-entropy, in nats
 * @property {string | null} label  its class now; null: deleted since
 * @property {boolean} confirmed  somebody said that it is in the right class
 *
 * @typedef {object} Run  one training
 * @property {number} number
 * @property {Record<string, unknown>} settings  those that are not the same in all runs
 * @property {number} nClasses
 * @property {number} nTraining
 * @property {Evaluation | null} evaluation
 * @property {boolean} inUse
 * @property {Versus | null} versus  the run in use; null for itself, or where no photo judged both
 *
 * @typedef {object} Versus  two runs on the photos that both were judged by
 * @property {number} other  number of the other run
 * @property {number} total
 * @property {number} correct
 * @property {number} correctOther
 * @property {number} only  photos that only this run got right
 * @property {number} onlyOther
 * @property {number} pValue  of McNemar's exact test
 *
 * @typedef {object} Calibration  how sure a model says it is, against how often it is right, on its held-out photos
 * @property {{ low: number, high: number, count: number, confidence: number, accuracy: number }[]} bins  of the
 *   probability of the most probable class; without the empty ones
 * @property {number} ece  expected calibration error, 0..1
 * @property {number} confidence  mean of the photos
 * @property {number} accuracy
 * @property {number} total
 * @property {number} right
 * @property {number} wrong
 * @property {number | null} threshold  answers with less are "none of these"; null: there is no such answer
 * @property {number | null} suggested  null: too few photos to say
 * @property {{ refused: number, passed: number }[]} steps  at thresholds of 0, 0.01, ... 1: right answers that would be
 *   refused, wrong ones that would be let through
 *
 * @typedef {object} CrossValidated
 * @property {number[]} accuracies  of the folds
 * @property {number} mean
 * @property {Evaluation} evaluation  of all photos, each judged by the fold that did not train on it
 * @property {Judged} judged
 * @property {Problem[]} problems
 *
 * @typedef {object} Explained  where in a photo a model looked
 * @property {string} label  for this class
 * @property {number} probability
 * @property {Uint8Array<ArrayBuffer>} picture  PNG: the photo as the model sees it, under a heat map
 *
 * @typedef {{ classes: string[], photos: JudgedPhoto[] }} Judged  the largest loss first
 *
 * @typedef {object} Augmentation  changed copies of the training photos
 * @property {boolean} flip
 * @property {number} crop  0..0.9
 * @property {number} brightness  0..1, as contrast and saturation
 * @property {number} contrast
 * @property {number} saturation
 * @property {number} copies
 *
 * @typedef {object} TrainOptions  each optional
 * @property {number} [epochs]
 * @property {number} [patience]  stop once val_loss has not got lower for so many epochs
 * @property {number} [learningRate]
 * @property {"balanced" | Record<string, number>} [classWeight]
 * @property {Augmentation} [augmentation]
 * @property {number} [hiddenUnits]
 * @property {number} [batchSize]
 * @property {number} [validationSplit]  0..1, used where no photo is marked for validation
 * @property {string} [backbone]
 * @property {number} [inputSize]  a multiple of 32
 * @property {"crop" | "pad" | "stretch" | "central"} [fitMode]
 * @property {"avg" | "flatten"} [pooling]
 * @property {number} [seed]
 *
 * @typedef {object} Trained
 * @property {string[]} classes
 * @property {number} epochs  finished ones
 * @property {number} bestEpoch  the one, from 1, whose weights were kept
 * @property {boolean} stopped
 * @property {History} history
 * @property {number} nTraining
 * @property {Evaluation | null} evaluation
 * @property {{ features: number, training: number, total: number }} seconds
 * @property {Problem[]} problems
 *
 * @typedef {Coded & Recognition} Recognised
 * @typedef {object} Recognition
 * @property {string} path
 * @property {string} [error]  why the photo cannot be read; then the rest is missing
 * @property {string} [label]
 * @property {number} [probability]  0..1
 * @property {boolean} [rejected]  too little for an answer: none of the classes
 * @property {{ label: string, probability: number, index?: number, wordnetId?: string }[]} [top]  most probable
 *   first; index and wordnetId only of ImageNet's classes
 *
 * @typedef {object} NetworkOptions  each optional
 * @property {string} [backbone]
 * @property {number} [topK]  how many classes, 3 by default
 *
 * @typedef {object} Network  the layers of a backbone as published
 * @property {string} name
 * @property {string} title
 * @property {{
 *   name: string,
 *   class_name: string,
 *   output_shape: (number | null)[] | null,
 *   n_parameters: number,
 *   n_trainable: number,
 * }[]} layers
 * @property {string | null} cut_at  the layer that features are taken from
 * @property {number} n_parameters
 * @property {number} n_trainable
 *
 * @typedef {"backbone" | "network" | "nothing"} Load  what is loaded at once; the rest comes when it is needed
 *
 * @typedef {object} Digits
 * @property {number} total
 * @property {string[]} classes
 * @property {{ label: string, picture: string }[]} examples  picture: a data: URL
 *
 * @typedef {object} DigitOptions  each optional
 * @property {number} [nTraining]
 * @property {number} [nValidation]
 * @property {number} [batchSize]
 * @property {number} [epochs]
 * @property {number} [learningRate]
 * @property {number} [seed]
 *
 * @typedef {object} Reading
 * @property {string} label
 * @property {number} probability
 * @property {{ label: string, probability: number }[]} shares  of all classes, in their order
 * @property {string} picture  the drawing as the network got it, a data: URL
 *
 * @typedef {object} StorageCost  what an archive weighs and gives whose weights are stored in so many bits
 * @property {StoredAs} dtype
 * @property {number} bytes
 * @property {Evaluation | null} evaluation  on the held-out photos; null where there are none
 * @property {number} largestChange  of a probability, 0..1: on those photos, else on pictures of the self-check
 *
 * @typedef {{ record: Record<string, unknown>, javascript: string, python: string }} TakeAway  what goes with the
 *   model: how it came about, and code that uses it
 *
 * @typedef {object} Frame  what a camera's picture shows
 * @property {string} label
 * @property {number} probability  0..1
 * @property {boolean} rejected  too little for an answer: none of the classes
 * @property {{ label: string, probability: number }[]} shares  of all classes in their order, or of the likeliest 5
 *
 * @typedef {object} Opened
 * @property {string} name
 * @property {string[]} classes
 * @property {string} backbone
 * @property {number} inputSize
 * @property {Evaluation | null} evaluation
 * @property {History | null} history
 * @property {number | null} deviation  of probabilities computed here from those that the archive promises, at most
 * @property {boolean} computesOtherwise  it is more than it should be
 *
 * @typedef {"float32" | "float16" | "uint16" | "uint8"} StoredAs  how an archive holds weights; uint8: where a kernel
 *   bears it, else uint16
 *
 * @typedef {object} Restored  a project that was taken up again
 * @property {Problem[]} problems
 * @property {Record<string, string | boolean>} settings  what `keepSettings` was told
 * @property {Trained | Opened | null} model
 * @property {string} backbone  name of the one in use
 *
 * @typedef {object} Kept  how it stands with what is kept in the browser
 * @property {DeskName} desk
 * @property {"" | "saving" | "saved" | "full" | "elsewhere" | `unavailable: ${string}`} state  "": there is nothing yet;
 *   "elsewhere": another tab has the project, and nothing is kept here
 * @property {number} unsaved  photos that are not kept
 * @property {number} id  of the project, 0 where there is none
 * @property {string} name
 * @property {number} bytes
 *
 * @typedef {object} Progress
 * @property {string} stage  connecting: python, packages, tensorflow, backbone; later: sending (files to the worker), decoding, features,
 *   augmenting, training, restoring, saving
 * @property {number} done
 * @property {number} total
 * @property {number} [epoch]
 * @property {number} [epochs]
 * @property {History} [history]
 * @property {{ id: number, path: string, blob: Blob }[]} [photos]  while restoring: some of the project's
 * @property {Uint8Array} [piece]  while saving: the next bytes of the project's zip
 *
 * @typedef {object} Info
 * @property {string} backend
 * @property {string} renderer  what WebGL says it runs on
 * @property {boolean} software  WebGL would run on the CPU
 * @property {string[]} backends
 * @property {{ name: string, title: string, inputSize: number, bytes: number }[]} backbones
 * @property {{ pyclassifier: string, python: string, tfjs: string }} versions
 *
 * @typedef {{ numTensors: number, numBytes: number }} Memory
 *
 * @typedef {object} Methods  name: [parameters, result]; add, addDigits, evaluate, predict and recognise get their files before, in Parts
 * @property {[[{ backend: string, load: Load, lock: string }], Info]} connect
 * @property {[[string], Info]} setBackend
 * @property {[[Split | AddOptions], Added]} add
 * @property {[[number, number], Uint8Array]} picture  id of a photo, pixels of the longer side at most; a JPEG
 * @property {[[], null]} clear
 * @property {[[], Album]} album
 * @property {[[Edit], Album]} edit
 * @property {[[], Album]} undo
 * @property {[[], Album]} redo
 * @property {[[TrainOptions & { whole?: boolean }], Checked]} check
 * @property {[[{ project?: number }], (Album & Restored) | null]} resume
 * @property {[[], null]} startAnew
 * @property {[[{ name?: string }], { lost: number }]} saveProject
 * @property {[[], Album & Restored & { name: string, photos: { id: number, path: string }[] }]} openProject
 * @property {[[], Opened & { album: Album }]} openLooseModel
 * @property {[[Record<string, string | boolean>], null]} keepSettings
 * @property {[[TrainOptions], Trained]} train
 * @property {[["validation" | "cross"], Judged | null]} results
 * @property {[[number[], boolean], null]} confirm
 * @property {[[], Calibration | null]} calibration
 * @property {[[number | null], Calibration | null]} setThreshold
 * @property {[[TrainOptions & { folds?: number }], CrossValidated]} crossValidate
 * @property {[[{ photo?: number, label?: string }], Explained]} explain  of the photo, or of the file that comes before
 * @property {[[], Run[]]} runs
 * @property {[[number], Trained]} useRun
 * @property {[[number], Run[]]} forgetRun
 * @property {[[], Evaluation]} evaluate
 * @property {[[], Recognised[]]} predict
 * @property {[[{ name?: string, dtype?: StoredAs }], Uint8Array]} exportModel
 * @property {[[], StorageCost[]]} measureStorage
 * @property {[[], TakeAway]} takeAway
 * @property {[[{ name?: string, dtype?: StoredAs, texts: Record<string, string> }], Uint8Array]} exportPage
 * @property {[[ArrayBuffer], Opened & { album: Album }]} openModel
 * @property {[[], Digits]} addDigits
 * @property {[[DigitOptions], Trained]} trainDigits
 * @property {[[number, number, Uint8ClampedArray], Reading]} readDigit  width, height, grey pixels row by row
 * @property {[[number, number, Uint8ClampedArray], Frame]} predictFrame  width, height, RGBA row by row
 * @property {[[NetworkOptions], Recognised[]]} recognise
 * @property {[[NetworkOptions], Network]} network
 * @property {[[], Memory]} memory
 *
 * @typedef {"photos" | "digits" | "logos"} DeskName  whose photos and classifier a method is about
 * @typedef {{ id: number, method: keyof Methods, args: unknown[], desk: DeskName }} Request  page -> worker
 * @typedef {{ id: number, files: NamedBlob[] }} Part  page -> worker: some of the files of a request that follows
 * @typedef {{ id: number, abort: true }} Abort  page -> worker
 * @typedef {{ id: number, progress: Progress }} ProgressReply  worker -> page
 * @typedef {{ id: number, result: unknown }} ResultReply  worker -> page
 * @typedef {{ id: number, error: { name: string, message: string } & Coded }} ErrorReply  worker -> page
 * @typedef {{ note: Kept }} NoteReply  worker -> page, of its own accord
 * @typedef {{ ended: string }} EndReply  worker -> page: it ends, and why
 * @typedef {ProgressReply | ResultReply | ErrorReply | NoteReply | EndReply} Reply
 */

/** Name of the errors that mean: stopped because the caller asked for it. */
export const ABORTED = "AbortError";
