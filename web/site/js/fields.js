/** What fields said by default before they could be left to the photos. @type {Record<string, string>} */
const DEFAULTS_BEFORE = { "option-epochs": "20", "option-hidden-units": "100" };

/** What the fields of a training say, kept with the project. @param {import("./types.js").App} app */
export function createFields({ store, find, desk: place }) {
  const fieldset = find("options", HTMLFieldSetElement);
  const prefix = fieldset.id.slice(0, -"options".length);

  /** Without what computes: that is the machine's, not the project's. @returns {[string, HTMLInputElement | HTMLSelectElement][]} */
  const all = () =>
    [...fieldset.elements]
      .filter((field) => field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
      .filter((field) => field.id !== `${prefix}backend`)
      .map((field) => [field.id.slice(prefix.length), field]);

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  const isBox = (field) => field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  const readField = (field) => (isBox(field) ? /** @type {HTMLInputElement} */ (field).checked : field.value);

  const read = () => Object.fromEntries(all().map(([id, field]) => [id, readField(field)]));

  const keep = () =>
    store
      .get()
      .client?.desk(place)
      .keepSettings(read())
      .catch(() => {}); // what ended is said elsewhere
  let writing = false;

  fieldset.addEventListener("change", () => writing || keep());

  return {
    read,

    /** @param {Record<string, string | boolean>} settings */
    write(settings) {
      const left =
        !("option-l2" in settings) && Object.entries(DEFAULTS_BEFORE).every(([id, was]) => settings[id] === was);
      writing = true; // once for all of them: what is half of before and half of now is not to be kept
      for (const [id, field] of all()) {
        const value = settings[id];
        if (value === undefined || (left && id in DEFAULTS_BEFORE)) continue; // nobody chose the head: today's is better
        if (isBox(field)) /** @type {HTMLInputElement} */ (field).checked = value === true;
        else if (field instanceof HTMLInputElement || [...field.options].some((option) => option.value === value))
          field.value = String(value);
        field.dispatchEvent(new Event("change", { bubbles: true })); // others follow it, as the sizes do the backbone
      }
      writing = false;
      keep();
    },
  };
}
