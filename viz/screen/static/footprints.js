// @ts-check
// Where the buildings are, in the form "My community": a file is read here, and checked by the server.

const LARGEST = 8 * 1024 * 1024; // bytes of a table of cells or of footprints
const SENT = 360 * 1024; // characters that are sent: a message to the server is limited
const READ = ["building", "building:levels", "building:flats", "addr:housenumber", "name", "ref"]; // properties
const ENDING = /\.(csv|tsv|txt|geojson|json)$/i;

/**
 * @typedef {{ cells: string[], outlines: string[] }} Plan
 * @typedef {object} Tools  what the form lends
 * @property {(key: string, values?: Record<string, string | number>) => string} phrase
 * @property {any} element  makes an element
 * @property {(key: string, name: string, onclick: () => void) => HTMLElement} button
 * @property {(text: string, name: string) => Promise<{ plan?: Plan | null, notes?: string[] } | null>} read
 *   asks what a file says; null if it was refused
 * @property {() => void} remove
 */

/**
 * Leave out of GeoJSON what nobody reads: other properties, and digits below a centimetre. What is not GeoJSON
 * stays as it is, so that the server can say what is wrong. @param {string} text
 */
export function shorten(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return text.slice(0, SENT);
  }
  if (!Array.isArray(data?.features)) return text;
  for (const feature of data.features) {
    if (!feature || typeof feature !== "object") continue;
    const { properties, geometry } = feature;
    if (properties && typeof properties === "object")
      feature.properties = Object.fromEntries(
        READ.filter((key) => key in properties).map((key) => [key, properties[key]]),
      );
    if (geometry && !/Polygon$/.test(String(geometry.type))) feature.geometry = { type: geometry.type };
    delete feature.id;
    delete feature.bbox;
  }
  return JSON.stringify(data, (_, value) =>
    typeof value === "number" ? Math.round(value * 1e7) / 1e7 : value,
  );
}

/** Build the part of the form in which a file is chosen. @param {string} id @param {Tools} tools */
export function placeSection(id, tools) {
  const { phrase, element, button, read, remove } = tools;
  const file = element("input", "", {
    type: "file",
    accept: ".csv,.tsv,.txt,.geojson,.json",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-file": "place",
  });
  file.hidden = true;
  file.addEventListener("change", () => void take(file.files?.[0]));
  const said = element("div", "cf-said", { role: "status" });
  const kept = element("p", "cf-kept", {});
  const without = button("plan.remove", "", () => {
    remove();
    tell(phrase("plan.removed"));
  });
  const box = element(
    "fieldset",
    "cf-group cf-place",
    { "aria-describedby": `${id}-plan-lead` },
    element("legend", "", {}, phrase("plan.title")),
    element("p", "cf-hint", { id: `${id}-plan-lead` }, phrase("plan.lead")),
    element(
      "div",
      "cf-tools",
      {},
      button("plan.open", "", () => file.click()),
      without,
    ),
    kept,
    said,
    file,
  );

  /** @param {string[]} sentences */
  function tell(...sentences) {
    said.replaceChildren(...sentences.filter(Boolean).map((text) => element("p", "", {}, text)));
  }

  /** @param {File | undefined} chosen */
  async function take(chosen) {
    file.value = ""; // so that the same file can be chosen again
    if (!chosen) return;
    const { name } = chosen;
    if (!ENDING.test(name)) return tell(phrase("plan.kind", { name }));
    if (chosen.size > LARGEST) return tell(phrase("plan.large", { name }));
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
    } catch {
      return tell(phrase("plan.text", { name }));
    }
    if (/json$/i.test(name)) text = shorten(text);
    if (text.length > SENT) return tell(phrase("plan.large", { name }));
    const latest = await read(text, name);
    if (latest?.plan)
      tell(phrase("plan.done", { name, n: latest.plan.cells.length }), ...(latest.notes ?? []));
  }

  return {
    box,
    tell,
    /** @param {Plan | null | undefined} plan */
    show(plan) {
      without.hidden = !plan;
      kept.textContent = plan ? phrase("plan.kept", { n: plan.cells.length }) : "";
      kept.hidden = !plan;
    },
  };
}
