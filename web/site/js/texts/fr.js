/** Les textes de la page en français ; les commentaires des paramètres sont dans en.js. */
import { dayAndTime, decimal, megabytes, multiple, number, percent, roughly, wholePercent } from "../format.js";

/** @type {typeof import("./en.js").labels} */
export const labels = {
  product: "pyclassifier",
  pages: "Pages",
  pageTrain: "Entraîner un modèle",
  pageRecognise: "Reconnaître",
  pageDigits: "Chiffres",
  pageLogos: "Logos",
  steps: "Étapes",
  export: "Exporter",
  exportPage: "Page web",
  tagline: "Sans compte ni envoi : vos photos ne quittent jamais cet ordinateur.",
  headline: "Créez un classifieur d’images avec vos propres photos",
  promise:
    "Montrez quelques photos de chaque classe. Quelques minutes plus tard, votre modèle reconnaît de nouvelles photos, ou ce " +
    "que voit la caméra, et vous l’emportez : pour une page web, un téléphone ou Python.",
  language: "Langue",
  computeOn: "Calculer avec",
  dismiss: "Fermer",
  tryAgain: "Réessayer",
  loadingTitle: "Préparation",
  loadingHint: "Vous pouvez déjà choisir vos photos.",
  photosTitle: "Photos",
  photosLead: "Un dossier par classe, qui porte le nom de la classe :",
  dropFolder: "Déposez des photos, des dossiers ou un zip ici",
  or: "ou",
  chooseTraining: "Choisir le dossier d’entraînement",
  chooseFiles: "Choisir des fichiers",
  moreWays: "Autres moyens",
  moreWaysLead:
    "Un zip ou un tar de dossiers. Un dossier à plat avec chat-1.jpg, chien-2.jpg. Des photos avec un tableau (CSV, TSV, JSON, XML) qui " +
    "donne leurs classes. Une image collée, ou tirée d’une autre page. Ou bien son adresse :",
  captureTitle: "Photos en rafale avec la caméra",
  captureRate: "Photos par seconde",
  captureDelay: "Compte à rebours",
  captureToggle: "Appuyer une fois pour commencer, une fois pour arrêter",
  captureHint:
    "Maintenez le bouton ou la barre d’espace. Les photos d’une même rafale restent ensemble quand une part est mise de côté pour la validation.",
  fileColumn: "Colonne des photos",
  labelColumn: "Colonne des classes",
  addNow: "Ajouter les photos",
  classNames: "Noms des classes",
  scaling: "Les pixels entrent de",
  withoutTable: "Sans le tableau",
  tableExamples: "Contenu du tableau",
  useSamples: "Prendre les photos d’exemple",
  haveFolder: "J’ai un dossier de photos",
  addClass: "Ajouter une classe",
  emptyClasses: "Classes sans photos",
  firstPhotos: "10 photos suffisent pour commencer, 30 valent mieux.",
  treeLabel: "Exemple : le dossier photos contient les dossiers cat et dog, et ceux-ci contiennent les photos.",
  validationTitle: "Photos de validation",
  validationHint:
    "Facultatif. Les mêmes dossiers avec d’autres photos, pour vérifier le modèle. " +
    "Sans eux, une partie des photos d’entraînement est mise de côté.",
  chooseValidation: "Choisir le dossier de validation",
  removeAll: "Retirer toutes les photos",
  waiting: "Vos photos sont arrivées : elles seront lues dès que tout sera chargé.",
  classes: "Classes",
  close: "Fermer",
  previousPhoto: "Précédente",
  nextPhoto: "Suivante",
  chosenPhotos: "Photos sélectionnées",
  view: "Voir",
  moveTo: "Déplacer vers…",
  chosenMenu: "Options des photos sélectionnées",
  useForTraining: "Utiliser pour l’entraînement",
  useForValidation: "Utiliser pour la validation",
  useForTest: "Utiliser pour le test",
  deletePhotos: "Supprimer",
  chooseNone: "Ne rien sélectionner",
  anotherClass: "Nouvelle classe…",
  className: "Classe",
  newClassName: "Nom de la nouvelle classe",
  cancel: "Annuler",
  mergeInto: "Fusionner avec…",
  deleteClass: "Supprimer la classe",
  merge: "Fusionner",
  move: "Déplacer",
  make: "Créer",
  marked: "val.",
  markedTest: "test",
  showLess: "Montrer moins",
  checkPhotos: "Vérifier les photos",
  checkAll: "Vérifier toutes les photos",
  trainTitle: "Entraîner",
  advanced: "Réglages avancés",
  epochs: "Époques",
  learningRate: "Taux d’apprentissage",
  automatic: "automatique",
  hiddenUnits: "Unités cachées",
  l2: "Pénalité des poids (L2)",
  headHint:
    "Laissés vides : l’entraînement continue jusqu’à ce qu’il n’y ait plus rien à apprendre, et la pénalité est celle qui " +
    "réussit le mieux sur des photos d’entraînement mises à part pour cela. Le taux d’apprentissage ne compte qu’avec " +
    "des unités cachées et un nombre d’époques.",
  validationShare: "Part de validation (%)",
  validationShareHint: "Mise de côté pour vérifier le modèle. Ne sert que sans dossier de validation.",
  splitRecordings: "Vérifier une classe d’une seule longue prise par la fin de celle-ci",
  splitRecordingsHint:
    "Les dernières photos vérifient ce qui a été appris des premières, sans celles du milieu. Les photos d’une même prise se ressemblent beaucoup : de tels résultats sont trop bons, et une seconde prise en dit plus.",
  refit: "Apprendre aussi de ces photos, une fois qu’elles ont vérifié le modèle",
  yes: "oui",
  no: "non",
  quality: "Rapide ou exact",
  qualityHint:
    "Avec quel soin les photos sont regardées avant l’entraînement. Choisissez ici ; les « Réglages avancés » suivent. Ce que chaque choix coûte ici est mesuré sur quelques-unes de vos photos.",
  backbone: "Réseau préentraîné",
  inputSize: "Taille d’entrée",
  inputSizeHint: "Plus petit : plus rapide. Plus grand : plus exact.",
  patience: "Arrêt anticipé après (époques)",
  patienceHint:
    "S’arrête quand la perte de validation ne s’améliore plus pendant ce nombre d’époques, et garde la meilleure ; 0 n’arrête jamais plus tôt.",
  classWeight: "Poids des classes",
  classWeightNone: "Aucun",
  classWeightBalanced: "Équilibrés",
  classWeightHint: "Équilibrés : les classes ayant peu de photos comptent autant que les autres.",
  augmentation: "Augmentation",
  augmentationHint:
    "Entraîne aussi sur des copies modifiées des photos d’entraînement. Chaque copie est calculée une fois, comme une photo de plus.",
  augment: "Entraîner aussi sur des copies modifiées",
  copies: "Copies de chaque photo",
  flip: "Miroir pour une partie",
  crop: "Rogner jusqu’à (%)",
  colour: "Changer les couleurs jusqu’à (%)",
  views: "Ce que le réseau voit d’une photo",
  viewsNone: "La photo",
  viewsFlip: "La photo et son image en miroir",
  viewsCrop: "La photo, et son milieu de plus près",
  viewsBoth: "La photo, son image en miroir et son milieu",
  viewsHint:
    "On fait la moyenne des réponses du réseau à toutes les vues, ici et partout où le modèle sert : deux vues prennent deux fois plus de temps, trois vues trois fois. Pas de miroir quand la gauche et la droite comptent, comme pour des flèches. L’effet sur les chiffres est affiché après l’entraînement.",
  fineTune: "Entraîner aussi les dernières couches du réseau",
  fineTuneHint:
    "Pour des photos différentes de celles que le réseau a apprises, comme des signes de la main ou des dessins. C’est essayé sur vos photos de validation, et gardé seulement si cela aide. La validation croisée s’en passe.",
  compareAugmentation: "Entraîner avec et sans, et comparer",
  train: "Entraîner",
  stop: "Arrêter",
  stageDecoding: "Lecture des photos",
  stageFeatures: "Calcul des caractéristiques",
  stageTraining: "Entraînement",
  curves: "Courbes d’apprentissage",
  accuracy: "Exactitude",
  loss: "Perte",
  resultTitle: "Résultat",
  confusionSummary: "Matrice de confusion : ce qui est pris pour quoi",
  perClassSummary: "Mesures par classe",
  mistakesHint:
    "Photos mises de côté que le modèle reconnaît mal, les plus surprenantes d’abord. L’étiquette peut être fausse aussi bien que le modèle.",
  trainAgain: "Réentraîner",
  staleHere:
    "Les photos ont changé depuis l’entraînement. Réentraîner prend quelques secondes : les caractéristiques sont gardées en mémoire.",
  cellNone: "Vous avez traité toutes ces photos.",
  reliabilitySummary: "Peut-on se fier à ses pourcentages ?",
  rejectionSummary: "« Aucune de ces classes »",
  reject: "Dire « Aucune de ces classes » en cas de doute",
  threshold: "Répondre seulement si le modèle est au moins aussi sûr",
  useSuggested: "Utiliser la valeur proposée",
  crossSummary: "Validation croisée",
  crossHint:
    "Entraîne plusieurs fois en jugeant chaque fois sur d’autres photos : chaque photo est jugée une fois par un modèle qui ne l’a pas vue. Plus sûr qu’une seule répartition, et plus lent. Votre modèle reste tel quel.",
  folds: "Plis",
  crossStart: "Lancer la validation croisée",
  tryTitle: "Essayer",
  tryNow: "Essayez-le maintenant",
  openModel: "Ouvrir un modèle",
  downloadModel: "Télécharger le modèle",
  needModel: "Entraînez d’abord un modèle, ou ouvrez-en un que vous avez enregistré.",
  dropPhotos: "Déposez ou collez des photos ici",
  choosePhotos: "Choisir des photos à reconnaître",
  tryThese: "Ou appuyez sur une photo que le modèle n’a jamais vue :",
  recognisedTitle: "Photos reconnues",
  clearList: "Vider la liste",
  takeTitle: "Emporter le modèle",
  takeModel: "Fichier du modèle",
  takeModelHint:
    "Un zip que lisent TensorFlow.js, ml5 et la bibliothèque de Teachable Machine. Moins de bits par poids le rendent plus petit ; mesurez ici ce que cela coûte.",
  costWeights: "Poids",
  costSize: "Taille",
  costAccuracy: "Exactitude",
  costChange: "Plus grand écart",
  takeMeasure: "Mesurer",
  takeDownload: "Télécharger le fichier du modèle",
  takePage: "Page prête à l’emploi",
  takePageHint:
    "Une page web qui reconnaît des photos par elle-même : déposées, choisies, collées ou prises par la caméra. En un seul fichier, un double-clic l’ouvre, même sans réseau ; en dossier zippé, elle se met chez n’importe quel hébergeur. Elle n’envoie rien à personne.",
  takeOver: "Continuer ici",
  takeOneFile: "Télécharger en un seul fichier",
  takePageDownload: "Télécharger la page",
  takeElsewhere: "Dans d’autres programmes",
  takeOnnx: "Télécharger le fichier ONNX",
  takeOnnxHint:
    "Les fichiers ONNX s’ouvrent avec onnxruntime, aussi sur des téléphones, des serveurs et de petites cartes. Les étiquettes, et la façon dont les pixels entrent, sont dans les métadonnées du fichier.",
  liveOpen: "Utiliser la caméra en direct",
  liveHint: "Votre navigateur demande d’abord la permission. Les images restent sur cet ordinateur.",
  live: "Caméra en direct",
  liveCamera: "Caméra",
  liveMirror: "Image en miroir (à l’écran seulement)",
  openNotebook: "Ouvrir dans un notebook",
  guide: "Mode d’emploi (en anglais)",
  apiReference: "Référence de l’API",
  examplePython: "Exemple : Python dans une page",
  exampleClient: "Exemple : JavaScript seul",
  offlineReady: "Prêt à fonctionner hors ligne",
  updateReady: "Une nouvelle version est prête : rechargez la page quand cela vous convient.",
  updateReload: "Recharger",
  picturesTitle: "Images",
  dropPictures: "Déposez ou collez des images ici",
  choosePictures: "Choisir des images",
  recogniseThese: "Ou appuyez sur l’une de celles-ci :",
  openCamera: "Utiliser la caméra",
  cameraHint: "Votre navigateur vous demandera d’abord la permission. La photo reste sur cet ordinateur.",
  camera: "Caméra",
  takePhoto: "Prendre la photo",
  closeCamera: "Fermer la caméra",
  address: "Adresse d’une image",
  fetchAddress: "Récupérer",
  addressHint: "Seul « Récupérer » envoie une requête à un autre site, et ne lui transmet rien d’autre que l’adresse.",
  removePictures: "Retirer les images",
  topK: "Réponses",
  network: "Réseau",
  predict: "Prédire",
  answersTitle: "Ce qu’elles montrent",
  noAnswers:
    "Le réseau connaît 1 000 choses : animaux, outils, véhicules, aliments. Choisissez une image : ce qu’elle montre s’affiche ici aussitôt.",
  networkTitle: "Le réseau",
  networkLead:
    "Ses couches, telles qu’elles ont été publiées. « Entraîner un modèle » reprend telles quelles celles qui précèdent la coupure, et en entraîne de nouvelles à la place de celles qui la suivent.",
  layerTable: "Couches",
  keepModel: "Conserver dans ce navigateur",
  projects: "Autres projets dans ce navigateur",
  projectName: "Nom du projet",
  projectSave: "Enregistrer dans un fichier",
  projectOpen: "Ouvrir un fichier de projet",
  projectNew: "Nouveau projet",
  projectQuestion:
    "Garder ce projet dans le navigateur et en commencer un autre, ou le supprimer avec ses photos et son modèle ?",
  projectLeave: "Le garder, en commencer un autre",
  projectDelete: "Le supprimer",
  keptModels: "Modèles conservés dans ce navigateur",
  namesLead: "Un dossier d’images dont les noms disent ce qu’elles montrent :",
  namesTree: "Exemple : le dossier train contient android-0.jpg, android-1.jpg, etc., windows-0.jpg, etc.",
  digitsTitle: "Chiffres",
  digitsWaiting: "Les chiffres seront chargés dès que tout sera prêt.",
  digitExamples: "Exemples",
  ownDigits: "D’autres chiffres",
  ownDigitsHint:
    "Deux fichiers, images et étiquettes : ceux de MNIST (train-images-idx3-ubyte.gz et ses étiquettes), ou la planche d’images et les étiquettes des tutoriels de TensorFlow.js.",
  chooseDigits: "Choisir deux fichiers",
  digitsNetwork:
    "Deux convolutions avec pooling et une couche de dix unités, entraînées à partir de rien : sans réseau préentraîné.",
  nTraining: "Chiffres d’entraînement",
  nValidation: "Chiffres de validation",
  batchSize: "Taille de lot",
  drawTitle: "Dessiner",
  drawHint:
    "À la souris, au stylet ou au doigt. Au clavier : les flèches déplacent le stylo, la barre d’espace le pose ou le lève, Entrée lit, Suppr efface.",
  drawingArea: "Zone de dessin",
  readDigit: "Lire",
  clearDrawing: "Effacer",
  needDigits: "Entraînez d’abord le réseau, ou ouvrez-en un que vous avez enregistré.",
  seenDigit: "Le dessin tel que le réseau le reçoit",
};

/** @param {number} n @param {string} one @param {string} many */
const count = (n, one, many) => `${number(n)} ${n < 2 ? one : many}`;

/** @param {number} n */
const photos = (n) => count(n, "photo", "photos");

/** @param {number} n */
const problems = (n) => `${count(n, "fichier laissé", "fichiers laissés")} de côté`;

/** @param {import("../calls.js").Evaluation | null} e */
const accuracyOf = (e) =>
  e
    ? `exactitude de validation ${percent(e.accuracy)} (${number(e.correct)} sur ${number(e.total)})`
    : "pas de photos de validation, l’exactitude n’est donc pas connue";

/** @type {Record<string, string>} */
const backendNames = { webgpu: "WebGPU", webgl: "WebGL", wasm: "WebAssembly", cpu: "Processeur (CPU)" };

/** @type {Record<string, string>} */
const loadingNames = {
  python: "Python",
  packages: "Paquets Python",
  tensorflow: "TensorFlow.js",
  backbone: "Réseau préentraîné",
};

/** @type {Record<string, string>} */
const splitNames = { training: "l’entraînement", validation: "la validation", test: "le test" };
/** @type {Record<string, string>} */
const qualityNames = {
  fast: "Rapide",
  balanced: "Équilibré",
  accurate: "Exact",
  chosen: "Selon mes photos",
};

/** @type {Record<string, string>} */
const qualityNotes = {
  fast: "Un réseau, sur des images plus petites.",
  balanced: "Un réseau.",
  accurate: "Deux réseaux regardent chaque photo, côte à côte.",
  chosen: "Les deux réseaux sont essayés sur vos photos, l’un, l’autre et côte à côte ; le meilleur est gardé.",
};

/** @type {Record<string, string>} */
const backbonesOf = {
  accurate: "Les deux côte à côte",
  chosen: "Choisi selon les photos",
};

/** @type {Record<string, string>} */
const stageNames = {
  decoding: labels.stageDecoding,
  features: labels.stageFeatures,
  choosing: "Comparaison des réseaux",
  augmenting: "Calcul des copies modifiées",
  judging: "Vérification avec d’autres photos",
  refitting: "Apprentissage de toutes les photos",
  "fine-tuning": "Entraînement des dernières couches",
};

/** @type {typeof import("./en.js").texts.failed} */
const failed = {
  loading: "Le démarrage a échoué.",
  adding: "Les photos n’ont pas pu être ajoutées.",
  training: "L’entraînement a échoué.",
  recognising: "Les photos n’ont pas pu être reconnues.",
  model: "Cela n’a pas fonctionné avec ce modèle.",
  backend: "Ce mode de calcul n’a pas pu être choisi.",
  network: "Le réseau n’a pas pu être chargé.",
  restoring: "Le projet n’a pas pu être ouvert.",
  arranging: "Cela n’a pas pu être fait avec les photos.",
  checking: "Les photos n’ont pas pu être vérifiées.",
};

/** @type {Record<NonNullable<import("../calls.js").AlbumOverview["undo"]>, string>} */
const editNames = {
  add: "ajout de photos",
  addClass: "nouvelle classe",
  renameClass: "changement de nom",
  enableClass: "activation d’une classe",
  mergeClasses: "fusion",
  deleteClass: "suppression d’une classe",
  movePhotos: "déplacement de photos",
  keepTogether: "regroupement de versions",
  deletePhotos: "suppression de photos",
  removeAll: "suppression de toutes les photos",
};

/** @type {Record<string, string>} */
const cameraReasons = {
  NotAllowedError:
    "Vous ou les réglages du navigateur ne l’avez pas permis. Autorisez-la à côté de l’adresse de cette page, puis réessayez.",
  NotFoundError: "Cet ordinateur n’a pas de caméra. Choisissez plutôt une image.",
  NotReadableError: "Un autre programme l’utilise. Fermez-le, puis réessayez.",
  SecurityError: "Les navigateurs ne la permettent que sur des pages sécurisées (https).",
};

/** @type {typeof import("./en.js").texts} */
export const texts = {
  ready: "Prêt",
  loading: (stage) => `Chargement : ${loadingNames[stage] ?? stage}…`,
  loadingName: (stage) => loadingNames[stage] ?? stage,
  startFailed:
    "pyclassifier n’a pas pu démarrer. Rechargez la page ; il faut une version récente de Chrome, Edge, Firefox ou Safari.",
  failedStatus: "Quelque chose s’est mal passé",
  notStarted: "Démarrage impossible",
  failed,
  languageMissing: "Cette langue n’a pas pu être chargée. Vérifiez la connexion, ou rechargez la page.",
  backend: (name) => backendNames[name] ?? name,
  changingBackend: (name) => `Passage à ${backendNames[name] ?? name}…`,
  leftBackend: (left, name) => `${backendNames[left]} a échoué ici : ${backendNames[name]} calcule désormais.`,
  softwareGraphics: (name) =>
    `Pas de processeur graphique : ${backendNames[name]} est ici émulé, WebAssembly est plus rapide.`,
  fastestHere: (name, times, other) =>
    `Le plus rapide ici : ${backendNames[name]}, ${multiple(times)} fois plus rapide que ${backendNames[other]}.`,
  fastestAlone: (name) => `Le plus rapide ici : ${backendNames[name]}.`,
  fastestNext: "Utilisé à partir de la prochaine visite.",
  softwareChosen: "Pas de processeur graphique : WebAssembly est ici le plus rapide.",
  cores: (n) => (n === 1 ? "Calcule sur un cœur du processeur." : `Calcule sur ${n} cœurs du processeur.`),
  cpuSlow: "JavaScript seul : fonctionne partout, lentement.",

  dropLater: "Ce que vous avez déposé n’a pas été pris : la page travaille encore. Déposez-le de nouveau ensuite.",
  dropBeside: "Ce que vous avez déposé n’a pas été pris. Déposez-le là où sont les photos.",
  noFiles:
    "Il n’y avait ni photos ni dossier dans ce que vous avez déposé. Déposez des photos, des dossiers ou un zip.",
  unreadable: (error) => `n’a pas pu être lu (${error instanceof Error ? error.message : error})`,
  sampleMissing: (path, status) =>
    `La photo d’exemple ${path} n’a pas pu être récupérée (HTTP ${status}). Le site n’est peut-être pas installé en entier.`,
  fetchingSamples: (done, total) => `Récupération des photos d’exemple : ${number(done)} sur ${number(total)}`,
  findingPhotos: "Exploration du dossier…",
  foundPhotos: (n) => `Exploration du dossier… ${count(n, "fichier", "fichiers")} jusqu’ici`,
  nothingAdded: "Annulé : aucune photo n’a été ajoutée",
  asking: "Une question sur les photos",
  whichClass: (n) =>
    n === 1 ? "Quelle classe cette photo montre-t-elle ?" : `Quelle classe ces ${photos(n)} montrent-elles ?`,
  columnsTitle: (path) => `Quelles colonnes de ${path} ?`,
  columnsLead: (rows) => `Le tableau a ${count(rows, "ligne", "lignes")}. Voici ce qui semble juste ; vérifiez-le.`,
  oneHot: (columns) => `une colonne par classe : ${columns.join(", ")}`,
  notOpened: "Annulé : aucun modèle n’a été ouvert",
  labelsTitle: "Que reconnaît ce modèle ?",
  labelsLead: (n) =>
    `Ses fichiers ne nomment pas ses ${count(n, "classe", "classes")}. Écrivez un nom par ligne, dans l’ordre des sorties du modèle ; on peut coller les lignes d’un labels.txt.`,
  labelsMissing: (n) => `Écrivez ${count(n, "nom", "noms")}, un par ligne.`,
  scalingTitle: "Comment ce modèle attend-il ses pixels ?",
  scalingLead:
    "Ses fichiers ne le disent pas. La personne qui l’a entraîné le sait ; avec une mauvaise réponse, il devinera mal.",
  scalings: {
    symmetric: "−1 à 1 (MobileNet, Teachable Machine)",
    unit: "0 à 1 (divisés par 255)",
    bytes: "0 à 255 (tels quels)",
  },
  sameColumns: "Choisissez deux colonnes différentes.",
  lettersTitle: (path) => `Avec quelles lettres ${path} est-il écrit ?`,
  lettersLead: "Il ne le dit pas. Choisissez là où les mots ont l’air justes.",
  foldersTitle: "Comment comprendre les dossiers ?",
  foldersLead: "Ils se lisent de plusieurs façons. La première est la plus probable ; choisissez.",
  foldersWay: (labelBy, n) =>
    `${{ auto: "Par dossiers", folder: "Par le dossier le plus proche", top: "Par le dossier extérieur", path: "Par les deux dossiers ensemble", name: "Par les noms de fichiers" }[labelBy]} : ${count(n, "classe", "classes")}`,
  photosThere: (n) => ` – ${photos(n)}`,
  moreClasses: (n) => `et ${count(n, "autre classe", "autres classes")}`,
  moreFolders: (n) => `et ${count(n, "autre dossier", "autres dossiers")}`,
  photosLeftOut: (n) => `${photos(n)} sans classe : laissées de côté.`,
  holdToRecord: "Maintenir pour photographier",
  record: "Commencer la rafale",
  recording: "Rafale en cours…",
  stopRecording: "Arrêter la rafale",
  photosTaken: (n) => (n < 2 ? `${photos(n)} prise` : `${photos(n)} prises`),
  reading: (done, total) => `Lecture des photos : ${number(done)} sur ${number(total)}`,
  photosReady: (n, classes, leftOut) =>
    `Prêt : ${photos(n)} dans ${count(classes, "classe", "classes")}${leftOut > 0 ? `, ${problems(leftOut)}` : ""}`,
  nothingUsable: "Aucun de ces fichiers n’a pu être utilisé.",
  photos,
  split: (training, validation, test) =>
    `${number(training)} entraînement${validation ? ` · ${number(validation)} validation` : ""}${test ? ` · ${number(test)} test` : ""}`,
  photoOf: (label, name) => `${label} : ${name}`,
  more: (n) => `et ${number(n)} de plus`,
  problems,
  unknownKind: "?",

  markedPhoto: (photo, split) => `${photo} (${split === "test" ? "test" : "validation"})`,
  photoFacts: (label, marked, path) =>
    [label, marked ? `pour ${splitNames[marked]}` : "", path].filter(Boolean).join(" · "),
  arranged: "Fait",
  undone: (edit) => `Annulé : ${editNames[edit]}`,
  redone: (edit) => `Rétabli : ${editNames[edit]}`,
  undo: (edit) => (edit ? `Annuler : ${editNames[edit]}` : "Annuler"),
  redo: (edit) => (edit ? `Rétablir : ${editNames[edit]}` : "Rétablir"),
  photosOf: (label) => `Photos de ${label}`,
  classMenu: (label) => `Options de ${label}`,
  takesPart: (label) => `${label} participe à l’entraînement`,
  showAll: (n) => `Montrer les ${number(n)}`,
  chosen: (n) => `${number(n)} sélectionnée${n > 1 ? "s" : ""}`,
  needName: "Donnez un nom à la classe.",
  madeClass: (label) => `Nouvelle classe : ${label}`,
  /** @param {number} n */
  classNumber: (n) => `Classe ${n}`,
  /** @param {string} label */
  renameClass: (label) => `Renommer ${label}`,
  /** @param {string} label */
  removeClass: (label) => `Retirer ${label}`,
  /** @param {string} way @param {string} label */
  wayInto: (way, label) => `${way} : ${label}`,
  /** @param {number} n photos that are there */
  morePhotos: (n) => {
    if (n === 0) return labels.firstPhotos;
    if (n < 10) return `Encore ${number(10 - n)} pour commencer.`;
    return n < 30 ? `${number(30 - n)} de plus aideraient.` : "";
  },
  renamed: (label, to) => `${label} s’appelle maintenant ${to}`,
  mergeTitle: (label) => `Fusionner ${label} avec`,
  merged: (label, to) => `${label} a été fusionnée avec ${to}`,
  deletedClass: (label) => `Classe supprimée : ${label}`,
  moveTitle: (n) => `Déplacer ${photos(n)} vers`,
  moved: (n, to) => `${photos(n)} : déplacement vers ${to} effectué`,
  markedFor: (n, split) => `${photos(n)} pour ${splitNames[split]}`,
  versionsKept: (n) => `${photos(n)} : les versions d’un même original restent ensemble dès le prochain entraînement`,
  removedAll: "Toutes les photos sont supprimées. « Annuler » les ramène.",
  deletedPhotos: (n) => `Suppression de ${photos(n)} effectuée`,

  checking: (done, total) => `Vérification des photos : ${number(done)} sur ${number(total)}`,
  checkedAll: (n) =>
    n > 0
      ? `Vérification terminée : ${number(n)} remarque${n > 1 ? "s" : ""}`
      : "Vérification terminée : rien à signaler",
  checkStopped: "Vérification arrêtée. Ce qui a été lu reste en mémoire.",
  findings: (n) => `${number(n)} remarque${n > 1 ? "s" : ""}`,
  nothingFound: "Toutes les photos ont été lues et comparées. Rien à signaler.",
  notCompared:
    "Les photos illisibles ou presque identiques apparaissent une fois que toutes ont été lues : à l’entraînement, ou avec « Vérifier toutes les photos ».",
  photosOfFinding: (n) => `${photos(n)} de cette remarque`,
  finding: ({ kind, labels: names, numbers: { photos: n = 0, side = 0, largest = 0, smallest = 0, originals = 0 } }) =>
    ({
      unreadable: `Illisibles : ${photos(n)}, sans effet sur l’entraînement.`,
      duplicates: `Copies : ${photos(n)}, identiques à d’autres de la même classe. Elles comptent plusieurs fois.`,
      alike: `Presque identiques : ${photos(n)}, à côté d’autres de la même classe. Elles apprennent peu de nouveau au modèle.`,
      versions: `Des versions de ${number(originals)} originaux, d’après leurs noms : ${photos(n)}. Si un même original sert à apprendre et à juger, les résultats sont trop bons.`,
      "two classes": `La même photo dans ${names.join(" et dans ")} : ${photos(n)}. Un modèle ne peut pas apprendre les deux.`,
      "both sides": `La même photo pour l’entraînement et pour la validation : ${photos(n)}. Les résultats en deviennent trop bons.`,
      small: `Petites, avec un côté de moins de ${side} pixels : ${photos(n)}. Agrandies, elles sont floues pour le modèle.`,
      few: `Peu de photos : ${names.join(", ")}. En dessous de dix, ce que le modèle apprend relève du hasard.`,
      imbalance: `${names[0]} a ${photos(largest)}, ${names[1]} seulement ${number(smallest)}. Un modèle préfère les grandes classes : ajoutez des photos, ou équilibrez les classes à l’entraînement.`,
    })[kind],
  fix: ({ change, label, split, edit }) => {
    const n = edit.photos.length;
    if (change === "keep first") return `En garder une de chaque, supprimer ${number(n)}`;
    if (change === "keep in") return `Garder dans ${label}, supprimer ${number(n)}`;
    if (change === "move to") return `Déplacer ${number(n)} vers ${label}`;
    if (change === "mark") return `Toutes pour ${splitNames[split ?? "training"]}`;
    if (change === "keep together") return `Garder ensemble les versions d’un même original`;
    return `Supprimer ${photos(n)}`;
  },
  weigh: "Équilibrer les classes",
  weighNoMore: "Ne plus équilibrer les classes",
  weighed: "Dès le prochain entraînement, les classes ayant peu de photos comptent autant que les autres",
  weighedNoMore: "Dès le prochain entraînement, chaque photo compte autant qu’une autre",

  needClasses: (classes) =>
    classes.length === 1
      ? `Il faut encore une classe : pour l’instant il n’y a que « ${classes[0]} ».`
      : "Ajoutez d’abord des photos d’au moins deux classes.",
  trainWhenReady: "Vous pourrez appuyer ici dès que tout sera chargé.",
  trainWhenFree: "Vous pourrez appuyer ici dès que les photos seront traitées.",
  trainReady: (n, classes) => `${photos(n)} dans ${number(classes)} classes, tout est prêt.`,
  trainingOn:
    "Continuer l’entraînement garde le réseau préentraîné du modèle ouvert et apprend toutes les classes à nouveau avec les photos " +
    "d’ici : ses propres photos ne sont pas dans son fichier, et les classes sans photos sont laissées de côté.",
  quality: (name) => qualityNames[name] ?? name,
  qualityNote: (name, bytes) => {
    const note = qualityNotes[name] ?? "";
    return bytes > 0 ? `${note} Charge ${megabytes(bytes)} de plus, une seule fois.` : note;
  },
  qualityCost: (seconds) =>
    seconds === 0 ? "Rien à calculer : vos photos sont déjà connues." : `Environ ${roughly(seconds)} pour vos photos.`,
  measuringCost: "Mesure de ce que cela coûte ici…",
  slowTitle: "Cela prend du temps",
  slow: (name, n, seconds, usual) =>
    `« ${qualityNames[name]} » prend ici environ ${roughly(seconds)} pour ${photos(n)}, « ${qualityNames.balanced} » ${usual > 0 ? `environ ${roughly(usual)}` : "aucun temps"}. Vous pouvez arrêter à tout moment ; ce qui est calculé n’est pas perdu.`,
  ratherBalanced: "Utiliser plutôt « Équilibré »",
  backboneOf: (name) => backbonesOf[name] ?? name,
  backbonesTitle: "Essayés sur vos photos",
  backbonesCaption: (n, folds) =>
    `Chacun est jugé sur les mêmes ${photos(n)} d’entraînement, par des têtes qui n’en avaient rien appris (validation croisée).` +
    (folds ? " Ces photos comptent aussi dans les chiffres du modèle, qui sont donc un peu trop bons." : ""),
  backbonesColumns: ["Réseau", "Exactitude (intervalle à 95 %)", "Une photo ici", "À charger"],
  keptBackbone: "gardé",
  milliseconds: (n) => `${n} ms`,
  backboneOption: (title, bytes) => `${title} (${megabytes(bytes)})`,
  inputSize: (size, original) => `${size} × ${size} pixels${original ? " (comme au préentraînement)" : ""}`,
  expected: (name, low, high, whole) =>
    `${name} : tapez ${whole ? "un nombre entier" : "un nombre"} de ${low} à ${high}.`,
  preparing: "Préparation de l’entraînement…",
  stopping: "Arrêt…",
  stage: (stage, done, total) =>
    `${stageNames[stage] ?? stage}${total > 0 ? ` : ${number(done)} sur ${number(total)}` : `… (${number(done)})`}`,
  training: (epoch, epochs) =>
    epochs === null
      ? `Entraînement : époque ${number(epoch)}, jusqu’à ce qu’il n’y ait plus rien à apprendre`
      : `Entraînement : époque ${number(epoch)} sur ${number(epochs)}`,
  outOf: (done, total) => `${number(done)} sur ${number(total)}`,
  prepared: (done, total) => `Déjà préparé pour l’entraînement : ${number(done)} sur ${photos(total)}`,
  trained: (e, test) =>
    `Entraîné : ${accuracyOf(e)}${test ? `, exactitude de test ${percent(test.accuracy)} (${number(test.correct)} sur ${number(test.total)})` : ""}`,
  stopped: (done, epochs, e) =>
    `Arrêté après l’époque ${number(done)}${epochs === null ? "" : ` sur ${number(epochs)}`} : ${accuracyOf(e)}`,
  /** @param {string} time @param {string} memory */
  fineTuneCost: (time, memory) => `Pour vos photos ici : environ ${time}, et jusqu’à ${memory} de mémoire.`,
  fineTuneMeasuring: "Mesure de ce que cela coûte ici…",
  /** @param {number} alone @param {number} tuned @param {boolean} kept */
  fineTuned: (alone, tuned, kept) =>
    `Sans entraîner les dernières couches ${percent(alone)}, avec ${percent(tuned)} : ` +
    (kept ? "les couches entraînées sont gardées." : "cela n’aide pas ici, le réseau reste comme il était."),
  viewsEffect: ({ accuracy, plain, total, only, onlyPlain }, clear, p) =>
    `Avec les autres vues de chaque photo ${percent(accuracy)}, sans elles ${percent(plain)} des mêmes ${photos(total)} : ` +
    `${number(only)} justes seulement avec, ${number(onlyPlain)} seulement sans. ` +
    (clear
      ? `Le hasard seul ferait rarement une telle différence (p = ${p}).`
      : `C’est peut-être un hasard (p = ${p}).`),
  stoppedEarly: "Arrêté avant la première époque. Rien n’a été entraîné.",

  seriesTraining: "Entraînement",
  seriesValidation: "Validation",
  epoch: "Époque",
  curve: (chart, epoch, training, validation) =>
    `${chart} après l’époque ${number(epoch)} : entraînement ${training}${validation === null ? "" : `, validation ${validation}`}.`,
  accuracy: (e) =>
    `${number(e.correct)} sur ${number(e.total)} (${percent(e.accuracy)}, intervalle à 95 % de ` +
    `${wholePercent(e.interval[0])} à ${wholePercent(e.interval[1])} %)`,
  accuracyLabel: "Photos de validation bien reconnues",
  figuresOf: (e, refit) =>
    e.folds
      ? `Chacune de ces ${photos(e.total)} a été vérifiée par l’un de ${number(e.folds)} modèles qui n’avaient pas appris d’elle.` +
        (refit ? " Votre modèle a appris de toutes." : "")
      : `Ces ${photos(e.total)} ont vérifié un modèle qui n’avait pas appris d’elles.` +
        (refit ? " Votre modèle a ensuite été réentraîné, avec elles aussi." : ""),
  testLabel: "Photos de test bien reconnues",
  testOf: "Les photos de test vérifient une fois le modèle achevé, et ne servent à rien d’autre.",
  noValidation:
    "Il n’y avait pas de photos de validation : personne ne sait donc ce que vaut ce modèle. " +
    "Ajoutez un dossier de validation, ou choisissez une part de validation sous « Réglages avancés », et entraînez de nouveau.",
  noneJudged: "Personne ne sait ce que vaut ce modèle : aucune photo n’a pu être mise de côté pour le vérifier.",
  unjudged: (names, n, reason) => {
    const quoted = names.map((name) => `« ${name} »`).join(", ");
    const listed = `${quoted}${n > names.length ? ` et ${number(n - names.length)} de plus` : ""}`;
    const never = `Jamais ${n > 1 ? "jugées" : "jugée"} : ${listed}.`;
    if (reason === "one recording")
      return `${never} ${n > 1 ? "Toutes les photos de chacune" : "Toutes ses photos"} viennent d’une seule prise : aucune ne peut vérifier les autres. Enregistrez à nouveau, dans un autre lieu ou une autre lumière.`;
    if (reason === "own end")
      return `Vérifié seulement par la fin de ${n > 1 ? "leur propre prise" : "sa propre prise"} : ${listed}. Ces photos ressemblent beaucoup aux précédentes : le résultat est trop bon. Enregistrez à nouveau, dans un autre lieu ou une autre lumière.`;
    if (reason === "alike")
      return `${never} ${n > 1 ? "Les photos de chacune" : "Ses photos"} sont presque identiques ou vont ensemble : aucune ne peut vérifier les autres. Ajoutez-en de différentes.`;
    if (reason === "one photo")
      return `${never} Il n’y a qu’une photo${n > 1 ? " de chacune" : ""}. Ajoutez-en d’autres.`;
    if (reason === "not marked")
      return `${never} Des photos sont marquées pour la validation, mais aucune de celles-ci.`;
    return reason === "stopped"
      ? `${never} L’entraînement a été arrêté avant.`
      : `${never} Les résultats n’en disent rien.`;
  },
  checkByEnds: "Vérifier les longues prises par leur fin",
  recordAgain: (label) => `Enregistrer à nouveau : ${label}`,
  fewPhotos: (e) =>
    `Seulement ${photos(e.total)} pour vérifier : sur de nouvelles photos du même genre, entre ` +
    `${wholePercent(e.interval[0])} et ${wholePercent(e.interval[1])} % pourraient être justes. Plus de photos de validation en diraient plus.`,
  run: (nTraining, epochs, time) => `${photos(nTraining)}, ${count(epochs, "époque", "époques")}, ${time}`,
  storedFigures: "Telles qu’enregistrées dans le modèle ouvert.",
  noStoredFigures: "Le modèle ouvert ne contient pas de mesures.",
  confusionCaption:
    "Lignes : ce que montrent les photos. Colonnes : ce que dit le modèle. Nombres de photos de validation.",
  trueClass: "Vraie classe",
  perClassCaption:
    "Précision : parmi les photos qui ont reçu cette étiquette, combien sont vraiment de la classe. " +
    "Rappel : parmi les photos de la classe, combien ont reçu son étiquette. F1 : les deux en un seul chiffre.",
  perClassColumns: ["Classe", "Précision", "Rappel", "F1", "Photos"],
  worstFirst: "Les plus faibles d’abord",
  /** @param {string} low @param {string} high */
  between: (low, high) => `${low} à ${high}`,
  confusionOpens:
    "Lignes : ce que montrent les photos. Colonnes : ce que dit le modèle. Appuyez sur un nombre pour voir ses photos.",
  /** @param {number} n @param {string} label @param {string} predicted */
  cell: (n, label, predicted) =>
    label === predicted
      ? `${photos(n)} de « ${label} », bien reconnues`
      : `${photos(n)} de « ${label} », prises pour « ${predicted} »`,
  /** @param {number} n @param {number} total */
  cellChosen: (n, total) =>
    n > 0
      ? `Pour les photos sélectionnées (${number(n)} sur ${number(total)}) :`
      : total === 1
        ? "Pour cette photo :"
        : `Pour les ${number(total)} photos, ou pour celles que vous choisissez :`,
  /** @param {number} n */
  mistakes: (n) => `${count(n, "erreur", "erreurs")}, les pires d’abord`,
  /** @param {string} label @param {string} predicted @param {string} probability @param {string} other */
  judged: (label, predicted, probability, other) =>
    label === predicted
      ? `« ${label} », ${probability}`
      : `Dans « ${label} » (${other}) ; le modèle dit « ${predicted} » (${probability})`,
  /** @param {string} label */
  moveTo: (label) => `Déplacer vers « ${label} »`,
  /** @param {string} label */
  moveBack: (label) => `Remettre dans « ${label} »`,
  confirm: "C’est juste, garder",
  unconfirm: "Remettre dans la liste",
  confirmed: "Gardée : elle est dans la bonne classe",
  unconfirmed: "De nouveau dans la liste",
  judgedDeleted: "Supprimée",
  /** @param {string} label */
  judgedMoved: (label) => `Maintenant dans « ${label} »`,
  /** @param {string} photo */
  openPhoto: (photo) => `Voir en grand : ${photo}`,
  /** @param {import("../calls.js").Augmentation | null} how */
  augmented: (how) =>
    how
      ? `Augmentation : ${count(how.copies, "copie", "copies")}${how.flip ? ", reflets" : ""}, rognage ${percent(how.crop, 0)}, couleurs ${percent(how.brightness, 0)}`
      : "Sans augmentation",
  /** @param {import("../calls.js").Calibration} c */
  reliability: ({ ece, confidence, accuracy, total }) =>
    `Sur ${photos(total)}, il se dit sûr à ${percent(confidence)} en moyenne et a raison dans ${percent(accuracy)} des cas. ` +
    `Sur les barres ci-dessous, l’écart moyen est de ${percent(ece)} (erreur de calibration attendue ; 0 est parfait).`,
  reliabilityCaption:
    "Barres : fréquence des bonnes réponses à chaque degré de certitude. Sur la ligne pointillée, 80 % exactement des réponses annoncées à 80 % sont justes.",
  reliabilityColumns: ["Certitude", "Certitude moyenne", "Justes", "Photos"],
  certainty: "Certitude annoncée",
  /** @param {number} refused @param {number} right @param {number} passed @param {number} wrong */
  rejectionEffect: (refused, right, passed, wrong) =>
    `Parmi les photos mises de côté : ${number(refused)} bonnes réponses sur ${number(right)} seraient refusées, et ${number(passed)} mauvaises sur ${number(wrong)} passeraient.`,
  rejectionOff: "Chaque photo reçoit une des classes, même si le modèle hésite.",
  /** @param {string} threshold */
  thresholdSet: (threshold) => `Les réponses sous ${threshold} deviennent « Aucune de ces classes »`,
  /** @param {string} suggested */
  calibrated: (suggested) => `Valeur proposée d’après les photos mises de côté : ${suggested}.`,
  /** @param {number} n */
  tooFewToCalibrate: (n) =>
    `${photos(n)} mises de côté : trop peu pour proposer une valeur. Choisissez-en une, ou ajoutez des photos de validation.`,
  noneOfThese: "Aucune de ces classes",
  /** @param {string} label @param {string} share */
  bestGuess: (label, share) => `Meilleure hypothèse : ${label}, ${share}`,
  /** @param {import("../calls.js").Evaluation} e @param {number} folds */
  crossPooled: (e, folds) =>
    `${number(e.correct)} sur ${number(e.total)} en ${number(folds)} plis (${percent(e.accuracy)}, intervalle à 95 % de ${wholePercent(e.interval[0])} à ${wholePercent(e.interval[1])} %)`,
  /** @param {string} mean @param {string[]} folds */
  crossFolds: (mean, folds) => `Moyenne ${mean} ; chaque pli : ${folds.join(" ; ")}`,
  /** @param {string} share */
  crossProgress: (share) => `Validation croisée : ${share} terminé`,
  /** @param {string} text @param {string} left */
  timeLeft: (text, left) => `${text}, encore ${left} environ`,
  /** @param {import("../calls.js").Evaluation} e */
  crossDone: (e) => `Validation croisée : ${percent(e.accuracy)} (${number(e.correct)} sur ${number(e.total)})`,
  crossStopped: "Validation croisée annulée. Votre modèle reste tel quel.",
  whereDidItLook: "Où a-t-il regardé ?",
  heatmapOf: "Pour la classe",
  heatmapHint:
    "Les zones colorées ont fait monter le score de cette classe, surtout les plus claires (Grad-CAM). C’est une image approximative : les autres zones ont pu aider aussi.",
  /** @param {string} label */
  heatmapAlt: (label) => `La photo avec une carte de chaleur de ce qui a fait monter le score de « ${label} »`,
  explaining: "Recherche de ce que le modèle a regardé…",
  /** @param {number} epoch @param {number} epochs */
  bestEpoch: (epoch, epochs) =>
    `Le trait marque l’époque ${number(epoch)} sur ${number(epochs)}, dont les poids sont gardés : sa perte de validation est la plus basse.`,
  /** @param {string} ready */
  stale: (ready) => `Les photos ont changé depuis l’entraînement. ${ready}`,
  /** @param {number} n */
  runs: (n) => (n === 1 ? "Entraînements de ce projet" : `Comparer les ${number(n)} entraînements de ce projet`),
  /** @param {number} number */
  runName: (number) => `Entraînement ${number}`,
  inUse: "utilisé",
  useRun: "Utiliser celui-ci",
  forgetRun: "Oublier",
  /** @param {number} number */
  usedRun: (number) => `Le modèle de l’entraînement ${number} est utilisé`,
  /** @param {number} number */
  forgotRun: (number) => `L’entraînement ${number} est oublié`,
  /** @param {number} n @param {number} classes */
  trainedOn: (n, classes) => `${photos(n)}, ${count(classes, "classe", "classes")}`,
  /** @param {string} name @param {string} value */
  setting: (name, value) => `${name} : ${value}`,
  /** @param {import("../calls.js").Versus} v @param {boolean} clear @param {string} p */
  versus: ({ other, total, correct, correctOther, moved, only, onlyOther, pValue }, clear, p) =>
    `Les mêmes ${photos(total)} ont jugé les deux : ${number(correct)} justes ici, ${number(correctOther)} à l’entraînement ${other}.` +
    (moved ? ` Entre-temps, ${photos(moved)} ${moved === 1 ? "a" : "ont"} changé de classe.` : "") +
    (pValue === null
      ? ""
      : `${moved ? " Parmi les autres" : " Parmi elles"}, ${number(only)} justes seulement ici, ${number(onlyOther)} seulement à l’entraînement ${other}. ` +
        (clear
          ? `Nettement ${only > onlyOther ? "meilleur" : "moins bon"} que l’entraînement ${other} (p = ${p}).`
          : `Pas de différence nette (p = ${p}).`)),
  sameJudged: ({ other, total, correct, correctOther, added, gone, moved }) =>
    `Les mêmes ${photos(total)} ont jugé l’entraînement ${other} : ${count(correctOther, "juste", "justes")} alors, ` +
    `${count(correct, "juste", "justes")} maintenant.` +
    (moved ? ` ${number(moved)} ${moved === 1 ? "est" : "sont"} dans une autre classe maintenant.` : "") +
    (added ? ` ${photos(added)} ${added === 1 ? "juge" : "jugent"} pour la première fois.` : "") +
    (gone ? ` ${photos(gone)} d’alors ne ${gone === 1 ? "juge" : "jugent"} plus.` : ""),

  model: (source, classes) =>
    `${source === "opened" ? "Modèle ouvert" : "Votre modèle entraîné"} : ${count(classes.length, "classe", "classes")}`,
  recognising: (done, total) => `Reconnaissance des photos : ${number(done)} sur ${number(total)}`,
  recognised: (good, bad) =>
    `${count(good, "photo reconnue", "photos reconnues")}${bad ? `, ${count(bad, "illisible", "illisibles")}` : ""}`,
  showMore: (n) => `En montrer plus (${number(n)} restent)`,
  packing: "Emballage du modèle…",
  downloaded: (name) => `Modèle téléchargé : ${name}`,
  opening: "Ouverture du modèle…",
  /** @param {string} name */
  recogniseSample: (name) => `Reconnaître ${name}`,
  opened: (classes) => `Modèle ouvert : ${count(classes, "classe", "classes")}`,
  listCleared: "Liste vidée",
  computesOtherwise: (by) =>
    `Cet ordinateur n’obtient pas les résultats notés dans le fichier du modèle : les probabilités diffèrent jusqu’à ${percent(by)}. ` +
    "Essayez un autre choix à « Calculer avec » ; si rien ne change, le fichier a été modifié.",
  liveGoOn: "Reprendre",
  livePause: "Pause",
  cameraNumber: (n) => `Caméra ${n}`,
  liveRate: (rate) => `${rate < 10 ? decimal(rate, 1) : number(Math.round(rate))} images par seconde`,

  open: "Ouvrir",
  delete: "Supprimer",
  openKept: (name) => `Ouvrir ${name}`,
  deleteKept: (name) => `Supprimer ${name}`,
  goneForGood: "Il disparaîtra de ce navigateur pour toujours : il n’y a pas de retour.",
  keptName: (classes, when) => {
    const names = classes.length > 3 ? count(classes.length, "classe", "classes") : classes.join(", ");
    return `${names} (${dayAndTime(when)})`;
  },
  keptModel: "Modèle conservé dans ce navigateur",
  deletedKept: "Modèle supprimé de ce navigateur",
  storageFailed: (name) => `Le stockage du navigateur n’a pas pu être utilisé (${name}). Téléchargez plutôt le modèle.`,

  restoring: (done, total) => `Ouverture de votre projet : ${number(done)} sur ${photos(total)}`,
  restored: (n, classes) => `Votre projet est de retour : ${photos(n)} dans ${count(classes, "classe", "classes")}`,
  startingAgain: "Redémarrage…",
  startedAgain: (left) =>
    `Redémarré${left ? ` sans ${backendNames[left]}` : ""} ; rien n’est perdu. Refaites ce qui a été interrompu.`,
  startedBefore: "Redémarré dans l’état d’il y a un instant : la dernière étape peut manquer.",
  startedWithout: (n) =>
    `Redémarré. ${photos(n)} n’avaient pas pu être conservées dans ce navigateur : ajoutez-les de nouveau.`,
  startedEmpty:
    "Redémarré, mais les photos et le modèle n’étaient pas conservés dans ce navigateur : ajoutez-les de nouveau.",
  projectDeleted: "Projet supprimé de ce navigateur",
  projectState: ({ state, name }) => {
    const named = name ? `Projet « ${name} » : ` : "Projet : ";
    if (state === "") return `${named}rien à conserver encore`;
    if (state === "opening") return `${named}en cours d’ouverture…`;
    if (state === "saving") return `${named}en cours de conservation…`;
    if (state === "saved") return `${named}conservé dans ce navigateur`;
    if (state === "full") return `${named}conservé en partie seulement`;
    return `${named}non conservé`;
  },
  projectNote: ({ state, unsaved, bytes }) => {
    if (state === "elsewhere")
      return "Ce projet est ouvert dans un autre onglet. Ce que vous faites ici n’est pas conservé.";
    if (state.startsWith("unavailable"))
      return "Cette fenêtre ne peut rien conserver, comme en navigation privée. Tout fonctionne, mais rien ne sera là la prochaine fois : téléchargez votre modèle.";
    if (state === "full")
      return `Ce navigateur n’a plus de place : ${photos(unsaved)} ne seront plus là la prochaine fois. Supprimez d’autres projets ci-dessous pour faire de la place.`;
    if (state === "")
      return "Photos, caractéristiques, modèle et réglages sont conservés dans ce navigateur, sur cet ordinateur, à mesure que vous travaillez.";
    return `Ce projet occupe ${megabytes(bytes)} dans ce navigateur, sur cet ordinateur.${unsaved ? ` ${photos(unsaved)} n’ont pas pu être lues et n’y sont pas.` : ""}`;
  },
  projectOpening: (name, n) =>
    `${name ? `Votre projet « ${name} »` : "Votre projet"} avec ${photos(n)} s’ouvre. Ce que vous ajoutez entre-temps y est ajouté.`,
  elsewhere: (name, filled) =>
    `${name ? `Le projet « ${name} »` : "Votre projet"} est ouvert dans un autre onglet. ` +
    (filled ? "Ce que vous faites ici n’est pas conservé." : "Continuez ici, ou travaillez sur une copie."),
  takeCopy: "Travailler sur une copie",
  keepApart: "Conserver ceci comme nouveau projet",
  keptApart: "Ce qui est ici est conservé comme nouveau projet",
  keptGone:
    "Ce que ce navigateur conservait de votre projet a été effacé, par exemple avec les données de ce site. Ce qui est sur cette page est de nouveau conservé.",
  projectElsewhere: "Ce projet est ouvert dans un autre onglet. Fermez d’abord cet onglet.",
  openedBackbone: "Celui du modèle ouvert",
  savingProject: (done, total) => `Enregistrement du projet : ${number(done)} sur ${photos(total)}`,
  projectSaved: (bytes, lost) =>
    `Projet enregistré : ${megabytes(bytes)}${lost ? ` ; ${photos(lost)} n’ont pas pu être lues` : ""}`,
  openingProject: "Ouverture du projet…",
  projectTitle: (name, when) => name || `Projet du ${dayAndTime(when)}`,
  projectSize: (n, bytes) => `${photos(n)}, ${megabytes(bytes)}`,

  pictures: (n) => count(n, "image", "images"),
  needPictures: "Choisissez d’abord une image.",
  predictWhenReady: "Vous pourrez appuyer ici dès que tout sera chargé.",
  loadingNetwork: "Chargement du réseau…",
  shows: (label, probability) => `${label} : ${percent(probability)}`,
  imagenetClass: (label, index, id) => `${label} (classe ${index}, ${id})`,
  nothingPasted: "Il n’y a pas d’image à coller. Copiez l’image elle-même plutôt que son adresse.",
  cameraFailed: (name) =>
    `La caméra n’a pas pu être utilisée. ${cameraReasons[name] ?? `Le navigateur dit « ${name} ».`}`,
  cameraPhoto: (n) => `caméra ${n}.png`,
  expectedAddress: "Tapez l’adresse complète d’une image, comme https://example.org/drum.jpg.",
  fetching: (url) => `Récupération de ${url}`,
  notFetched: "L’image n’a pas pu être récupérée.",
  addressStatus: (url, status) => `${url} a répondu avec le statut HTTP ${status}. Vérifiez l’adresse.`,
  addressTooLarge: (bytes) =>
    `Elle dépasse ${megabytes(bytes)}. Enregistrez-la, réduisez-la, et choisissez le fichier.`,
  addressRefused: (host) =>
    `${host} ne répond pas, ou ne laisse pas les autres sites lire ses images (CORS), comme la plupart des sites. ` +
    "Enregistrez l’image et choisissez le fichier, ou copiez-la et collez-la.",
  fetcherMissing:
    "Le fichier fetch.html de ce site ne s’est pas chargé. Le site n’est peut-être pas installé en entier.",

  loadingDigits: "Chargement des chiffres…",
  digitsReady: (total, classes) => `Prêt : ${number(total)} chiffres dans ${count(classes, "classe", "classes")}`,
  digitCount: (total) => `${number(total)} chiffres, dont voici quelques-uns :`,
  needDigitFiles: "Les chiffres ne sont pas encore chargés.",
  digitsTrainReady: "Les chiffres sont prêts.",
  readingDrawing: "Lecture du dessin…",
  read: (label, probability) => `Lu : ${label} (${percent(probability)})`,
  layerColumns: ["Couche (type)", "Forme de sortie", "Param."],
  layerCaption: "None tient la place du nombre d’images.",
  cutHere: "Coupé ici pour l’entraînement",
  shape: (shape) => (shape ? `(${shape.map((n) => n ?? "None").join(", ")})` : "?"),
  parameters: ({ n_parameters: n, n_trainable: trainable }) =>
    `${number(n)} paramètres, dont ${number(trainable)} entraînables`,

  // Emporter
  storedAs: {
    float32: "comme à l’entraînement",
    uint16: "16 bits chacun, presque aussi exact",
    float16: "16 bits chacun, dans un format que d’autres programmes connaissent",
    uint8: "presque tous de 8 bits : le plus petit fichier",
  },
  notMeasured: "Pas encore mesuré. La mesure reconnaît de nouveau les photos mises de côté, avec les poids réduits.",
  measuredOn: (n) =>
    n > 0
      ? `Exactitude sur les ${photos(n)} qui ont vérifié le modèle, et dont il a pu apprendre depuis : comparez seulement les lignes. ` +
        "Plus grand écart d’une probabilité sur elles, par rapport à float32."
      : "Il n’y a pas de photos mises de côté : le plus grand écart est celui sur les images de l’autocontrôle.",
  measuring: (done, total) => `Mesure : ${number(done)} sur ${number(total)}`,
  measured: "Mesuré",
  measuringStopped: "Mesure annulée",
  pageDownloaded: (name) => `Page téléchargée : ${name}`,
  copy: "Copier",
  copied: "Copié",
  marked: "Le navigateur n’a pas permis la copie ; le texte est sélectionné : appuyez sur Ctrl+C.",
  commandsTitle: "Keras, TFLite, SavedModel",
  commandsHint:
    "Pour un terminal avec Python 3.11 ou plus récent, dans le dossier du fichier téléchargé. Seul int8 demande des photos : quelques-unes de chaque classe, dans le dossier photos/.",
  /** @param {string} name of a link */
  notKept: (name) =>
    `« ${name} » ne peut pas s’ouvrir maintenant : ce site ne répond pas, et ce n’est pas encore conservé dans ce navigateur. Ouvrez-le une fois avec le réseau ; ensuite, il s’ouvrira aussi sans.`,
  htmlTitle: "HTML",
  htmlHint:
    "Une page complète qui utilise le modèle, comme point de départ. Cliquez sur « Télécharger la page » plus haut, décompressez le zip, collez ceci dans un fichier vide à côté de ses fichiers, par exemple ma-page.html, et ouvrez-le depuis un serveur web.",
  javascriptTitle: "JavaScript",
  javascriptHint:
    "Pour un programme qui a TensorFlow.js de npm, sur une page avec une <img> ; le dossier model/ contient le fichier du modèle décompressé. Le navigateur réduit les photos à sa façon, les probabilités peuvent donc un peu différer d’ici ; la page prête à l’emploi le fait exactement.",
  pythonTitle: "Python",
  pythonHint:
    "Avec Keras, après les deux premières commandes ci-dessus ; les photos sont lues exactement comme pour l’entraînement.",
  recordTitle: "Compte rendu de l’entraînement",
  recordHint:
    "Graine, réglages, versions, moteur de calcul, historique et empreintes du contenu des photos : ce qu’il faut pour le répéter. Le fichier du modèle le contient aussi.",
  downloadRecord: "Télécharger le compte rendu",
};

/** Les phrases de Python, par leurs codes. @type {typeof import("./en.js").sentences} */
export const sentences = {
  "about-file": "{path} : {reason}",
  "empty-file": "le fichier est vide.",
  "unreadable-file": "le fichier n’a pas pu être lu ({error}).",
  "hidden-file": "un fichier caché.",
  "system-file": "un fichier du système d’exploitation, pas une photo.",
  "other-suffix":
    "ce n’est pas une photo ({suffix}). Les photos sont des fichiers JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF ou SVG.",
  "text-file": "ce n’est pas une image (.txt). Un tableau de photos et de classes est lu si son nom finit par .csv.",
  spreadsheet: "un classeur ({suffix}), qui n’est pas lu ici. Enregistrez-le en CSV, et ajoutez ce fichier.",
  "zip-inside": "un zip ou un tar dans un autre, qui n’est pas ouvert. Décompressez-le d’abord.",
  "packed-otherwise":
    "les fichiers {suffix} ne sont pas ouverts ici. Décompressez-le d’abord, ou faites un zip du dossier.",
  "photo-format": "les photos {format} ne peuvent pas être lues ici. Exportez-les en JPEG.",
  "heic-photo":
    "les photos HEIC ne peuvent pas être lues ici. Exportez-les en JPEG ; un iPhone prend des JPEG après Réglages, Appareil photo, Formats, « Le plus compatible ».",
  "undecodable-photo": "le navigateur ne peut pas lire cette photo {format} ({error}). Exportez-la en JPEG.",
  "drawing-inside": "les dessins SVG d’un zip ou d’un tar ne peuvent pas être dessinés ici. Décompressez-le d’abord.",
  "not-an-image":
    "ce n’est pas une photo lisible ici. Les photos sont des fichiers JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF ou SVG.",
  "heic-or-video": "les fichiers HEIC et vidéo ne peuvent pas être lus ici. Exportez la photo en JPEG.",
  "tiff-compression":
    "un fichier TIFF dont les pixels sont compressés par {compression}, qui ne peut pas être lu ici. Enregistrez-le sans compression, ou en PNG.",
  "damaged-image": "l’image est endommagée ou incomplète ({error}).",
  "large-image": "{width} × {height} pixels : c’est plus de {millions} millions de pixels. Réduisez la photo.",
  "no-class-folder": "pas dans un dossier qui nomme sa classe. Mettez-la dans un tel dossier, comme cat/photo.jpg.",
  "beside-class-folders":
    "se trouve à côté des dossiers des classes, dans aucun d’eux. Mettez-la dans celui de sa classe.",
  "unlabelled-photo": "rien ne dit sa classe, comme souvent pour des photos d’essai. Laissée de côté.",
  "photo-of-mask": "un masque ou une annotation qui va avec une photo, pas une photo.",
  "no-class-in-name": "son nom ne dit pas sa classe. Nommez-la par sa classe et un numéro, comme android-0.jpg.",
  "empty-class-name": "Il faut un nom pour la classe.",
  "unknown-class": "le modèle ne connaît pas la classe « {label} ».",
  "not-a-zip": "Ce n’est pas un zip de dossiers de photos ({error}).",
  "not-a-tar": "Ce n’est pas un tar de dossiers de photos, ou il est endommagé ({error}).",
  "link-in-tar": "un lien vers un autre fichier, qui n’est pas suivi.",
  "large-zip":
    "Le zip ou le tar peut contenir au plus {most_files} fichiers et {most_bytes} octets ; il en a {files} et {bytes}. Répartissez-le en plusieurs.",
  "large-member": "{name} peut avoir au plus {most} octets ; il en a {got}.",
  "unusual-zip": "{name} est comprimé dans le zip d’une façon inhabituelle (méthode {method}). Refaites le zip.",
  "large-table": "Le tableau peut avoir au plus {most} octets ; {table} en a {got}.",
  "spreadsheet-table": "{table} est un classeur. Enregistrez-le en CSV, et choisissez ce fichier.",
  "empty-table": "Le tableau {table} est vide. Il lui faut une ligne par photo.",
  "not-unicode": "Les lettres de {table} n’ont pas pu être lues ({error}). Enregistrez-le de nouveau en « CSV UTF-8 ».",
  "not-csv": "{table} n’est pas un fichier CSV ({error}).",
  "table-not-json":
    "{table} n’est pas un fichier JSON ({error}). Il lui faut une liste d’enregistrements, ou l’étiquette de chaque fichier.",
  "not-records": "Il faut dans {table} une liste d’enregistrements, ou l’étiquette de chaque fichier.",
  "table-of-others": "ne nomme pas de photos avec leurs classes. Ajoutez-le avec ses photos.",
  "table-of-guesses":
    "est un formulaire de réponses pour des photos sans classe (comme sample_submission) ; il n’étiquette rien.",
  "table-of-objects":
    "{table} est un fichier {kind} qui marque plusieurs choses dans une photo, ou la décrit. Il faut une classe par photo.",
  "table-not-needed": "ne nomme que des photos dont un autre tableau donne la classe. Pas utilisé.",
  "no-such-photo": "aucune photo ne s’appelle « {name} ».",
  "no-photo-named": "ne nomme aucune photo.",
  "ambiguous-photo": "« {name} » peut être l’une de plusieurs photos ({paths}). Indiquez aussi le dossier.",
  "contradictory-rows": "des lignes lui donnent des classes différentes ({labels}).",
  "row-without-class": "sa ligne ne lui donne pas de classe ({row}).",
  "photo-without-row": "aucune ligne ne la nomme ({tables}).",
  "more-rows": "encore {rows} lignes comme celles-ci.",
  "not-idx":
    "Ce n’est pas un fichier de chiffres : il commence par {start}. C’en serait un : train-images-idx3-ubyte.gz.",
  "short-idx": "Ce fichier de chiffres s’arrête trop tôt. Téléchargez-le de nouveau.",
  "other-idx-size": "Un fichier de chiffres de {shape} a {expected} octets ; celui-ci en a {got}.",
  "no-idx-pair":
    "Choisissez un fichier d’images (3 dimensions) et un d’étiquettes (1). Ceux-ci en ont {first} et {second}.",
  "damaged-gzip": "Le fichier comprimé (gzip) est endommagé ({error}). Téléchargez-le de nouveau.",
  "short-gzip": "Le fichier comprimé (gzip) est incomplet. Téléchargez-le de nouveau.",
  "large-gzip": "Un fichier comprimé peut contenir {most} octets ; celui-ci en contient plus.",
  "unreadable-sprite": "L’image avec un chiffre par ligne n’a pas pu être lue : {reason}",
  "other-sprite-width":
    "Une image avec un chiffre de {side} × {side} par ligne a {expected} pixels de large ; celle-ci en a {got}.",
  "other-label-count": "Il y a {pictures} images, mais {got} étiquettes. Il en faut une par image.",
  "other-digits": "Il peut y avoir de 1 à {most} images de 1 à 256 pixels ; celles-ci : {shape}.",
  "few-digits": "Il y a {total} chiffres, moins que {training} pour l’entraînement et {validation} pour juger.",
  "no-classes": "Il n’y a pas encore de photos. Ajoutez des photos d’au moins deux classes.",
  "one-class": "Il n’y a qu’une classe, « {label} ». Ajoutez des photos d’une autre.",
  "only-validation":
    "« {label} » a des photos pour la validation ({validation}), mais aucune pour l’entraînement. Ajoutez-en, ou retirez ses photos de validation.",
  "unreadable-classes":
    "Aucune photo d’entraînement de ces classes n’a pu être lue : {labels}. Voyez la liste des problèmes, et ajoutez d’autres photos.",
  "no-known-photos": "Aucune des photos lisibles n’est de l’une des classes {classes}.",
  "one-group":
    "La validation croisée demande des photos différentes de « {label} » : elles sont toutes presque identiques, ou de la même rafale. Ajoutez-en d’autres.",
  "few-groups":
    "{folds} plis demandent {folds} groupes de photos différentes, et une classe qui en a autant. Il y a {groups} groupes de {samples} photos. Prenez moins de plis, ou ajoutez des photos.",
  "not-trained": "Entraînez d’abord un modèle, ou ouvrez-en un que vous avez enregistré.",
  "no-views-to-fine-tune":
    "Les dernières couches du réseau apprennent des photos telles quelles. Choisissez l’un des deux sous « Réglages avancés » : d’autres vues des photos, ou entraîner les dernières couches.",
  "one-to-fine-tune":
    "Les dernières couches de deux réseaux côte à côte ne peuvent pas être entraînées. Choisissez un seul réseau (« Rapide » ou « Équilibré ») et recommencez.",
  "many-to-fine-tune":
    "Pour entraîner les dernières couches du réseau, {most} photos au plus tiennent en mémoire, copies modifiées comprises ; vous en avez {got}. Entraînez sans copies modifiées, ou sur moins de photos.",
  "not-to-fine-tune": "Les dernières couches de ce réseau ne peuvent pas être entraînées. Choisissez un autre réseau.",
  "nothing-to-explain":
    "Ce réseau a été entraîné à partir de rien. On ne peut regarder que dans les modèles qui s’appuient sur un réseau préentraîné.",
  "not-an-archive": "Ce n’est pas un fichier de modèle (.zip), ou il est endommagé ({error}).",
  "archive-without": "Un fichier de modèle contient {files} ; il manque ici : {missing}.",
  "not-all-files": "Un modèle se compose de {files} ; il manque : {missing}. Choisissez-les tous.",
  "needs-labels": "Les fichiers du modèle ne nomment pas ses {n} classes.",
  "needs-scaling": "Les fichiers du modèle ne disent pas comment il attend ses pixels.",
  "no-head":
    "Seuls les modèles d’images qui finissent par un pooling, des couches Dense et softmax peuvent être ouverts ; celui-ci finit par {got}.",
  "teachable-pose":
    "C’est un modèle de poses de Teachable Machine, qui prend des points du corps. Exportez un modèle d’images.",
  "teachable-audio": "C’est un modèle audio de Teachable Machine, qui prend des sons. Exportez un modèle d’images.",
  "weights-not-finite": "Le modèle est abîmé : ses poids {name} ne sont pas tous des nombres. Entraînez-le à nouveau.",
  "outputs-not-finite": "Le modèle est abîmé : ses réponses ne sont pas toutes des nombres. Entraînez-le à nouveau.",
  "costly-model":
    "Le modèle demande {got} milliards de produits et {values} millions de valeurs par image, trop pour un navigateur ({most} milliards au plus). Choisissez-en un plus petit.",
  "keras-model": "C’est un modèle de Keras. Convertissez-le d’abord, sur un ordinateur avec Python : {command}",
  "other-model":
    "Seuls les modèles de pyclassifier ou de Teachable Machine peuvent être ouverts ; celui-ci est construit autrement ({kind} : {error}).",
  "not-json": "{name} est endommagé dans le fichier ({error}).",
  "not-an-object": "{name} est endommagé dans le fichier : il contient {got}.",
  "other-label-number": "Le modèle a {expected} réponses, mais {got} étiquettes.",
  "short-weights": "Le fichier des poids est incomplet : {got} octets au lieu de {least}.",
  "other-weights": "Le fichier des poids est celui d’un autre modèle : {got} octets au lieu de {expected}.",
  "not-a-project": "Ce n’est pas un fichier de projet (.zip), ou il est endommagé ({error}).",
  "model-for-project": "C’est un modèle, pas un projet : ouvrez-le avec « Ouvrir un modèle ».",
  "other-zip-for-project": "Ce zip n’est pas un projet. Choisissez un fichier enregistré comme projet.",
  "large-project": "Un projet peut contenir {most} fichiers ; celui-ci en a {got}.",
  "damaged-project": "Le projet est endommagé : {name} n’a pas pu être lu ({error}).",
  "other-project": "Le projet est endommagé, ou d’une autre version de pyclassifier ({kind} : {error}).",
  "unreadable-when-saved": "n’a pas pu être lue quand le projet a été enregistré ({error}).",
  "missing-in-project": "manque dans le projet. Ajoutez-la de nouveau.",
  "no-backend": "« {got} » ne marche pas dans ce navigateur. Choisissez une autre façon de calculer.",
  "other-backend": "« {got} » ne marche pas dans ce navigateur. Choisissez parmi {known}.",
  "no-backend-after-reset":
    "Le processeur graphique a été réinitialisé, et rien d’autre ne calcule ici. Rechargez la page.",
  "build-failed": "TensorFlow.js n’a pas pu construire le modèle : {error}",
  "backend-failed": "TensorFlow.js n’a pas pu démarrer « {backend} » : {error}",
  "train-failed": "TensorFlow.js n’a pas pu entraîner : {error}",
  "predict-failed": "TensorFlow.js n’a pas pu prédire : {error}",
  "weights-failed": "TensorFlow.js n’a pas pu lire les poids : {error}",
  "failed-request": "{url} n’a pas pu être chargé ({error}). {remedy}",
  "http-status": "{url} n’a pas pu être chargé (HTTP {status}). {remedy}",
  "check-models": "Vérifiez la connexion, puis réessayez.",
  "could-not-read": "n’a pas pu être lu ({error}).",
  "no-class-name": "Donnez un nom à la classe.",
  "class-name-taken": "Une autre classe s’appelle déjà « {label} ». Fusionnez plutôt les deux.",
  "not-two-files": "Choisissez deux fichiers, un d’images et un d’étiquettes. Reçu : {got}.",
  "few-digit-classes": "Chargez d’abord des chiffres, d’au moins deux sortes.",
  "nothing-drawn": "Dessinez d’abord un chiffre.",
  "not-a-digits-network": "Ce modèle reconnaît des photos. Ouvrez un réseau entraîné sur la page « Chiffres ».",
  "out-of-memory": "Cet onglet manque de mémoire. Prenez moins de photos ou de plus petites, et rechargez la page.",
  "internal-error": "Une erreur s’est produite dans pyclassifier ({kind}).",
  "unreadable-table": "Le tableau {path} n’a pas pu être lu ({error}).",
  "other-fit-mode":
    "Le fichier nomme une façon de rendre les photos carrées qui n’est pas connue ici ({got}). Connues : {known}.",
  "other-layer-size": "Les poids de la couche {layer} ne vont pas avec ses {size} unités : {got}.",
  "no-labels": "Les étiquettes du modèle ne sont pas une liste de noms : {got}.",
  "many-labels":
    "Un modèle peut avoir {most} étiquettes de {longest} caractères ; celui-ci en a {got}, de {length} caractères au plus.",
  "weight-twice": "Les poids {name} sont deux fois dans le fichier.",
  "large-weights": "Les poids peuvent avoir {most} octets ; ceux-ci en ont {got} ou plus.",
  "no-weight-entry": "Le modèle est abîmé : il manque à un de ses poids son nom, sa forme ou son type ({got}).",
  "weight-name": "Le modèle est abîmé : le nom d’un de ses poids n’est pas un texte ({got}).",
  "weight-shape": "Le modèle est abîmé : la forme de ses poids {name} n’en est pas une ({got}).",
  "weight-scale": "Le modèle est abîmé : les nombres dont on tire ses poids {name} n’en sont pas ({got}).",
  "bad-network":
    "Ce modèle ne peut pas être ouvert : ses couches ne se suivent pas d’une image à une réponse ({error}).",
  "other-network":
    "Ce réseau ne connaît pas les {expected} classes d’ImageNet : il en a {got}. Choisissez-en un autre.",
  "no-tfjs": "TensorFlow.js n’a pas pu être chargé depuis {url}. Vérifiez la connexion, puis réessayez.",
  "did-not-load": "{url} n’a pas été chargé ({error}). {remedy}",
  "no-samples": "Les photos d’exemple n’ont pas pu être chargées : {error}",
  "no-samples-here": "Il n’y a pas de photos d’exemple ici.",
  "stopped-reading": "Arrêté avant que toutes les photos soient lues. Celles qui l’ont été restent en mémoire.",
  "stopped-checking": "Arrêté avant que toutes les photos soient lues.",
  "stopped-choosing": "Arrêté avant qu’un réseau soit choisi. Les caractéristiques restent en mémoire.",
  "stopped-folds": "Arrêté avant que tous les plis soient jugés. Les caractéristiques restent en mémoire.",
  "stopped-saving": "Arrêté avant que le projet soit enregistré. Il n’y a pas de fichier.",
  "stopped-adding": "Arrêté avant que les photos soient ajoutées.",
  "failed-because": "{failure} ({error})",
};
