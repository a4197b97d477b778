"""What pyclassifier tells people, in English, each sentence by its code.

A page that speaks another language has a catalogue of its own, and makes the same sentence of the code and the values:
see ``web/site/js/texts/``. Here are the sentences of errors, and of problems with single files.

In a sentence ``{name}`` is a value, ``{name!r}`` one in quotes. Whole numbers get their thousands parted, which
``{name:d}`` leaves alone. Of several values commas are put between, or a word: ``{name:or}``.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

Value = str | float | Sequence[str]


class _Formatter(string.Formatter):
    def convert_field(self, value: Any, conversion: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self.convert_field(one, conversion) for one in value]
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list | tuple):
            return (f" {format_spec} " if format_spec else ", ").join(map(str, value))
        return str(super().format_field(value, format_spec or ("," if isinstance(value, int) else "")))


_FORMATTER = _Formatter()


class Sentence(str):
    """An English text that knows its code and its values, so that it can be said in other languages, too.

    Parameters
    ----------
    code : str
        A key of `ENGLISH`. What is none is taken for the text itself, without code: the words of others.
    **values : str, int, float, or sequence of str
        What stands for the names in the sentence; a `Sentence` among them keeps its code.

    Attributes
    ----------
    code : str
        "" where there is none.
    values : mapping of str to value

    Examples
    --------
    >>> sentence = Sentence("about-file", path="cat/1.jpg", reason=Sentence("empty-file"))
    >>> sentence, sentence.code
    ('cat/1.jpg: the file is empty.', 'about-file')
    """

    code: str
    values: Mapping[str, Value]

    def __new__(cls, code: str, /, **values: Value) -> Sentence:
        template = ENGLISH.get(code)
        sentence = super().__new__(cls, code if template is None else _FORMATTER.format(template, **values))
        sentence.code, sentence.values = "" if template is None else code, values
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Value]]:
        return (self.code or str(self),), dict(self.values)


def coded(sentence: str) -> dict[str, Any]:
    """Code and values of a sentence, as plain data; nothing of a text that has none."""
    if not isinstance(sentence, Sentence) or not sentence.code:
        return {}
    values = {
        name: {"text": str(value), **coded(value)} if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return {"code": sentence.code, "values": values}


def read_sentence(text: str, code: object = None, values: object = None) -> str:
    """The sentence of which `coded` told; the text as it was written, where this catalogue has no such sentence."""
    if isinstance(code, str) and code in ENGLISH and isinstance(values, dict):
        try:
            return Sentence(code, **values)
        except (KeyError, TypeError, ValueError):  # Another version's, whose sentence has other values.
            pass
    return text


ENGLISH = {
    "about-file": "{path}: {reason}",
    # A file that is no photo, or none that can be read
    "empty-file": "the file is empty.",
    "unreadable-file": "the file could not be read ({error}).",
    "hidden-file": "a hidden file.",
    "system-file": "a file of the operating system, not a photo.",
    "other-suffix": "not an image ({suffix}). Expected JPEG, PNG, WebP, GIF, BMP or TIFF.",
    "text-file": "not an image (.txt). A table of photos and classes is read where its name ends with .csv.",
    "spreadsheet": "a spreadsheet ({suffix}), which is not read here. Save it as CSV, and add that.",
    "zip-inside": "a zip or tar within another one, which is not looked into. Unpack it first.",
    "packed-otherwise": "{suffix} files are not looked into here. Unpack it first, or make a zip of the folder.",
    "photo-format": "{format} photos cannot be read here. Export them as JPEG.",
    "heic-photo": "HEIC photos cannot be read here. Export them as JPEG; an iPhone takes JPEGs after Settings, Camera, Formats, “Most Compatible”.",
    "not-an-image": "not an image that can be read here. Expected JPEG, PNG, WebP, GIF, BMP or TIFF.",
    "without-pillow-heif": 'HEIC photos are read with pillow-heif: pip install "pyclassifier[heif]".',
    "undecodable-photo": "the browser cannot read this {format} photo ({error}). Export it as JPEG.",
    "drawing-inside": "SVG drawings within a zip or tar cannot be drawn here. Unpack it first.",
    "heic-or-video": "HEIC and video files cannot be read here. Export the photo as JPEG.",
    "tiff-compression": "a TIFF file whose pixels are packed by {compression}, which cannot be read here. Save it without compression, or as PNG.",
    "damaged-image": "the image is damaged or incomplete ({error}).",
    "large-image": "{width:d} x {height:d} pixels: the image has more than {millions:g} million pixels. Make it smaller, or raise max_pixels.",
    # A photo whose class is not known
    "no-class-folder": "not inside a folder that names its class. Put it into one, such as cat/photo.jpg.",
    "beside-class-folders": "lies beside the folders of the classes, in none of them. Put it into the one of its class.",
    "unlabelled-photo": "nothing says its class, as is usual of photos to try a model with. Left out.",
    "photo-of-mask": "a mask or the like that belongs to a photo, not a photo.",
    "no-class-in-name": "its name does not say its class. Call it by its class and a number, such as android-0.jpg.",
    "empty-class-name": "Expected a name for the class, got {label!r}.",
    "unknown-class": "the model does not know the class {label!r}.",
    # Folders and zips
    "not-a-folder": "Expected a folder of labelled photos, got {folder!r}, which is not a folder.",
    "not-a-zip": "Expected a zip file of folders of photos, got something else ({error}).",
    "not-a-tar": "Expected a tar file of folders of photos, got something else or a damaged one ({error}).",
    "link-in-tar": "a link to another file, which is not followed.",
    "large-zip": "Expected at most {most_files} files of {most_bytes} bytes in one zip or tar, got {files} of {bytes}. Split it into several ones.",
    "large-member": "Expected at most {most} bytes in {name}, got {got}.",
    "unusual-zip": "Expected {name} stored or deflated in the zip, got method {method}.",
    # Tables of photos and classes
    "unreadable-table": "Expected a table of photos and classes; {path!r} could not be read ({error}).",
    "large-table": "Expected a table of at most {most} bytes, got {got} in {table}.",
    "spreadsheet-table": "Expected a CSV or JSON file in {table}, got a spreadsheet. Save it as CSV.",
    "empty-table": "Expected a table with a row for each photo in {table}, got an empty file.",
    "not-unicode": "Expected text in {table}, in UTF-8, UTF-16 or what Excel writes; got something else ({error}). Save it again as “CSV UTF-8”.",
    "not-csv": "Expected a CSV file in {table}, got something else ({error}).",
    "table-not-json": "Expected a list of records, or an object with the label of each file, in {table}; got no JSON ({error}).",
    "not-records": "Expected a list of records, or an object with the label of each file, in {table}; got something else.",
    "table-of-others": "names no photos with their classes. Add it together with its photos.",
    "table-of-guesses": "is a form for guesses about photos without classes (such as a sample submission), and labels nothing.",
    "table-of-objects": "{table} is a file of {kind} that marks several things in a photo, or describes it; expected one class for each photo.",
    "table-not-needed": "names only photos whose classes another table gives. Not used.",
    "unclear-columns": "Expected columns of {table} that name the photos and their classes; its columns are {columns!r}. Give file_column and label_column{such}.",
    "no-such-column": "Expected a column of {table} ({columns!r}), got {column!r}.",
    "no-such-photo": "no photo is called {name!r}.",
    "no-photo-named": "names no photo.",
    "ambiguous-photo": "{name!r} may be {paths:and}. Write the folder, too.",
    "contradictory-rows": "rows give it different classes, such as {labels!r:and}.",
    "row-without-class": "its row gives it no class ({row}).",
    "photo-without-row": "no row of {tables:or} names it.",
    "more-rows": "{rows:d} more rows like these.",
    # Files of digits
    "not-idx": "Expected an IDX file of unsigned bytes, such as train-images-idx3-ubyte.gz; got one that begins with {start}.",
    "short-idx": "Expected an IDX file; this one ends within its header.",
    "other-idx-size": "Expected {expected} bytes in an IDX file of {shape}, got {got}.",
    "no-idx-pair": "Expected an IDX file of pictures (3 dimensions) and one of labels (1), got {first} and {second}.",
    "damaged-gzip": "Expected a file packed by gzip; it is damaged ({error}).",
    "short-gzip": "Expected a file packed by gzip; it is incomplete.",
    "large-gzip": "Expected at most {most} bytes in a packed file, got more.",
    "unreadable-sprite": "Expected an image with a picture in each row; {reason}",
    "other-sprite-width": "Expected an image {expected:d} pixels wide, a {side} x {side} picture in each row; got {got:d}.",
    "other-label-count": "Expected a label for each of the {pictures} pictures, got {got}.",
    "other-digits": "Expected 1 to {most} pictures of 1 to 256 pixels, got {shape}.",
    "few-digits": "Expected at most {total} pictures to train on and to judge by, got {training} + {validation}.",
    # Photos to train on and to judge by
    "no-classes": "Expected photos of at least 2 classes, got none. Add a folder for each class.",
    "one-class": "Expected photos of at least 2 classes, got 1 ({label!r}). Add a folder for each class.",
    "only-validation": "Expected training photos of each class, got none of {label!r} ({validation} for validation). Add some, or remove {label!r} from the validation photos.",
    "unreadable-classes": "Expected readable training photos of each class, got none of {labels!r}. See the list of problems, and add photos that can be read.",
    "no-known-photos": "Expected readable photos of the classes {classes}; got none.",
    "one-group": "Expected photos of {label!r} in at least 2 groups for cross-validation, got 1: all of them are alike, or of one burst. Add other photos of it.",
    "few-groups": "Expected at least {folds} groups, and a class of as many samples, for {folds} folds; got {groups} groups of {samples} samples.",
    # Trained or not
    "not-trained": "Expected a trained model; train one or open one first.",
    "unfitted-encoder": "Expected an encoder that has learned its classes; call fit first.",
    "no-views-to-fine-tune": "Expected no views where the last layers of the network are trained: these learn from the photos as they are. Choose one of the two.",
    "one-to-fine-tune": "Expected one pretrained network to train its last layers, got two side by side, or a choice among them. Choose one network.",
    "many-to-fine-tune": "Expected at most {most} photos to train the last layers of the network, changed copies included; got {got}. Train without changed copies, or on fewer photos.",
    "not-to-fine-tune": "Expected a pretrained network that was built in, to train its last layers; this one has others. Choose another network.",
    "nothing-to-explain": "Expected a classifier on a pretrained backbone, got a network that was trained from scratch, whose layers are not looked into.",
    "unknown-backbone": "Expected one of the backbones {known}; got {got!r}.",
    "other-network": "Expected a network of ImageNet's {expected:d} classes, got one of {got:d}. Use a backbone that was trained on them.",
    # Stopped on request
    "stopped-reading": "Stopped before all photos were read. Those that were are remembered.",
    "stopped-checking": "Stopped before all photos were read.",
    "stopped-choosing": "Stopped before a backbone was chosen. Features are remembered.",
    "stopped-folds": "Stopped before all folds were judged. Features are remembered.",
    "stopped-saving": "Stopped before the project was saved. There is no file.",
    # Archives of models
    "not-an-archive": "Expected a model archive (.zip), got something else or a damaged one ({error}).",
    "archive-without": "Expected {files} in the zip; {missing} is missing.",
    "not-all-files": "Expected {files} together; {missing} is missing. Choose all of them.",
    "keras-model": "Expected a tf.js model, got one of Keras. Convert it first: {command}",
    "needs-labels": "Expected the names of the model's {n:d} classes, which its files do not tell. Give them, in the order of its outputs.",
    "needs-scaling": "Expected how the model wants its pixels, which its files do not tell. Give the scaling: a divisor and an offset.",
    "no-head": "Expected a model of pictures that ends in pooling, then Dense layers with softmax; got {got}.",
    "teachable-pose": "Expected a model of pictures, got a pose model of Teachable Machine, which takes body points. Export an image model.",
    "teachable-audio": "Expected a model of pictures, got an audio model of Teachable Machine, which takes sounds. Export an image model.",
    "weights-not-finite": "Expected numbers as weights, got nan or infinity in {name}. The model was spoilt in its training; train it again.",
    "outputs-not-finite": "Expected probabilities, got nan or infinity from the model. It was spoilt in its training or its storing; train it again.",
    "costly-model": "Expected a model that takes at most {most:.0f} billion products and 67 million values for a picture, got {got:.0f} billion and {values:.0f} million. Choose a smaller one.",
    "other-model": "Expected a model that pyclassifier or Teachable Machine wrote; this one is built otherwise ({kind}: {error}).",
    "not-json": "Expected JSON in {name}; it is damaged ({error}).",
    "not-an-object": "Expected an object in {name}, got {got}.",
    "other-fit-mode": "Expected the fit mode to be one of {known}; got {got}.",
    "other-layer-size": "Expected weights of the layer {layer} for its {size} units or filters; got shapes {got}.",
    "no-labels": "Expected a list of names as labels, got {got}.",
    "many-labels": "Expected at most {most} labels of at most {longest:d} characters, got {got} of up to {length}.",
    "other-label-number": "Expected {expected} labels, one per output of the model; got {got}.",
    "weight-twice": "Expected each weight once, got {name} twice.",
    "large-weights": "Expected at most {most} bytes of weights, got {got} or more.",
    "short-weights": "Expected at least {least} bytes of weights, got {got}. The file is incomplete.",
    "other-weights": "Expected {expected} bytes of weights, got {got}. The file belongs to another model.",
    "no-weight-entry": "Expected weights with name, shape and a known dtype, got {got}.",
    "weight-name": "Expected weights named by text, got {got}.",
    "weight-shape": "Expected weight {name} with a shape of at most {rank} whole numbers in 1..2^31, got {got}.",
    "weight-scale": "Expected weight {name} with a finite scale and minimum, got {got}.",
    # Projects
    "not-a-project": "Expected a project (.zip), got something else or a damaged one ({error}).",
    "model-for-project": "Expected project.json in the zip of a project; it is missing. It is a model: open it as one.",
    "other-zip-for-project": "Expected project.json in the zip of a project; it is missing. Choose a file that was saved as one.",
    "large-project": "Expected at most {most} files in the zip of a project, got {got}.",
    "damaged-project": "Expected a project whose {name} can be read; it is damaged ({error}).",
    "other-project": "Expected a project that pyclassifier wrote; this one is damaged, or of another version ({kind}: {error}).",
    "unreadable-when-saved": "could not be read when the project was saved ({error}).",
    "missing-in-project": "missing in the project. Add it again.",
    # TensorFlow.js, and what a site has
    "no-tfjs": "Expected TensorFlow.js from {url}, which could not be loaded. Check the connection and try again, or choose another address (tfjs_url).",
    "no-tf": "Expected TensorFlow.js as the global `tf` of {tfjs_url}, got none. Check tfjs_url.",
    "forbidden-tfjs": "Expected a Content-Security-Policy that lets TensorFlow.js be loaded here, got one without 'unsafe-eval'. Import it in the worker's own script, as the global `tf`.",
    "failed-because": "{failure} ({error})",
    "no-backend": "Expected a backend that works here, got {got!r}. Choose another one.",
    "other-backend": "Expected a backend that works here ({known}), got {got!r}.",
    "no-backend-after-reset": "Expected a backend that goes on after the graphics processor was reset, got none. Load the page or the notebook again.",
    # onnxruntime and numpy
    "no-onnxruntime": 'Expected onnxruntime, which computes on this machine what was asked for; it cannot be imported ({error}). Install it: pip install "pyclassifier[native]". Or choose backend="numpy".',
    "not-for-onnx": "Expected layers that an ONNX file can hold, got one that has no operator there ({error}). Save it as a .zip.",
    "onnx-failed": 'onnxruntime could not compute this network: {error}. Choose numpy: default_engine(backend="numpy").',
    "unknown-layers": "Expected layers that numpy computes here ({known}); got {got}. Use this network in a browser, or another one.",
    "layer-failed": "numpy could not compute the layer {layer}: {error}. Use this network in a browser, or another one.",
    "bad-network": "Expected a network of layers that follow on each other, from one input to one output; got another one ({error}).",
    "not-awaited": "Expected `await` in a browser, which cannot be kept waiting. Use AsyncImageClassifier or pyclassifier.aio.",
    "stored-model": "Expected a model in an engine, got a stored one. Build it first.",
    "no-feature-extractor": "Expected a feature extractor: a model and a layer that pools what it gives.",
    "build-failed": "TensorFlow.js could not build the model: {error}",
    "backend-failed": "TensorFlow.js could not start the backend {backend!r}: {error}",
    "train-failed": "TensorFlow.js could not train: {error}",
    "predict-failed": "TensorFlow.js could not predict: {error}",
    "weights-failed": "TensorFlow.js could not read the weights: {error}",
    "failed-request": "Expected {url} to load; the request failed ({error}). {remedy}",
    "http-status": "Expected {url} to load, got HTTP status {status}. {remedy}",
    "did-not-load": "{url} did not load ({error}). {remedy}",
    "workers-ended": "Expected {n} processes to compute features to the end; they ended again and again. Choose fewer: there may be too little memory.",
    "no-fsspec": 'Expected fsspec, and what it needs for this address, to read {address}; could not ({error}). Install it: pip install "pyclassifier[remote]", and for s3:// s3fs, for gs:// gcsfs.',
    "unreadable-address": "Expected photos at {address}; it cannot be listed ({error}).",
    "no-ray": 'Expected Ray, which computes on several machines; it is not installed. Install it: pip install "pyclassifier[ray]"',
    "no-ray-cluster": "Expected a cluster of Ray at {address}, there is none that answers ({error}). Start one (ray start --head), or compute on this machine by several processes.",
    "ray-failed": "Expected the cluster of Ray to compute to the end; it did not ({error}). What is done is kept: the same command goes on from there.",
    "unknown-weights": "Expected a backbone of the catalogue ({known}), got {got!r}.",
    "no-weights": "Expected to fetch the weights of {name}, which this machine does not have yet; could not ({error}). Connect to the internet once, or name a built site: its folder or address in PYCLASSIFIER_SITE, or default_engine(site_url=...).",
    "no-cache-folder": "Expected to keep weights in {folder}, which cannot be written ({error}). Name another folder in PYCLASSIFIER_CACHE.",
    "not-in-folder": "Expected {path} in {folder}; it cannot be read ({error}). Build the site with this backbone (web/build.py --backbone), or choose another folder.",
    "outside-of-store": "Expected a path within the store, got {path!r}.",
    "check-models": "Check the connection, or rebuild the site with this backbone (web/build.py --backbone).",
    "check-site": "Check the connection, and the address of the built site.",
    "no-site": "Expected to run on a built site, whose folder models/ has the backbones; found none. Give the address of one: default_engine(site_url=...).",
    "no-samples-here": "Expected to run on a built site, which has sample photos; found none. Give its site_url, or name its folder in PYCLASSIFIER_SITE.",
    "no-samples": "Expected sample photos at {folder}; {error}",
    # What the site's pages are told
    "could-not-read": "could not be read ({error}).",
    "no-class-name": "Expected a name for the class, got none.",
    "class-name-taken": "Expected a name that no other class has, got {label!r}. Merge the two instead.",
    "not-two-files": "Expected 2 files, one of pictures and one of labels; got {got}.",
    "few-digit-classes": "Expected digits of at least 2 classes. Load digits first.",
    "nothing-drawn": "Expected a drawn digit; nothing is drawn yet.",
    "not-a-digits-network": "Expected a network that was trained on the page “Digits”, got a classifier of photos.",
    "stopped-adding": "Stopped before the photos were taken in.",
    "out-of-memory": "This tab ran out of memory. Use fewer or smaller photos, and reload the page.",
    "internal-error": "Something went wrong inside pyclassifier ({kind}).",
}
