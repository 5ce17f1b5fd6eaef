// @ts-check
// The form "My community": one draft that is checked together while somebody types. It knows neither the town
// nor the server: the host gives it words, fields, `ask` and `preview`. What was typed is never thrown away.

import { element } from "./elements.js";
import { placeSection } from "./footprints.js";

/**
 * @typedef {string | number | boolean | null} Typed
 * @typedef {import("./footprints.js").Plan} Plan
 * @typedef {{ name: string, group: string, kind: string, required: boolean, label: string, unit: string,
 *   hint: string }} Field
 * @typedef {{ fields: Record<string, Typed>, filled: string[], fill: boolean, file: string, plan: Plan | null,
 *   place_file?: string, file_name?: string } | { open: string, file_name: string }} Request
 * @typedef {{ fields: Record<string, Typed>, filled: string[], from: string, problems: Record<string, string>,
 *   missing: string[], ready: boolean, left_out: Record<string, number>, place: any, toml: string,
 *   counts: Record<string, number>, title: string, file_name: string, hidden?: string, refused?: string,
 *   plan?: Plan | null, notes?: string[] }} Answer
 * @typedef {{ fields: Record<string, Typed>, filled: string[], file: string, plan: Plan | null }} Draft
 * @typedef {object} Options
 * @property {string} lang  "en" or "zh"
 * @property {Record<string, string>} words  texts of the section community_form, with values in braces
 * @property {Field[]} fields  in the order in which they stand
 * @property {(request: Request) => Promise<Answer>} ask
 * @property {(place: any) => void} preview  draws the town; null: there is none yet
 * @property {(answer: Answer) => void} use
 * @property {() => void} close
 * @property {Draft} [draft]  what to begin with, such as `draft()` of the form in the other language
 * @property {HTMLElement} [more]  a part of its own below the fields, such as the list of issues
 * @property {string} [moreTitle]  of the button that leads there
 */

const DELAY = 250; // milliseconds after the last key
const LARGEST = 256 * 1024; // bytes of a case file
const GROUPS = ["place", "people", "hands"];

let forms = 0; // for ids that differ

/**
 * Build the form into `root`.
 * @param {HTMLElement} root
 * @param {Options} options
 * @returns {{ draft: () => Draft, ready: () => Promise<Answer | null>, remove: () => void }}
 */
export function openCommunityForm(root, options) {
  const { lang, fields, ask, preview, use, close } = options;
  const id = `community-form-${++forms}`;
  const number = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 1 });
  const list = new Intl.ListFormat(lang === "zh" ? "zh-CN" : "en-GB", { type: "conjunction" });

  /** @type {Draft} */
  let draft = options.draft ? structuredClone(options.draft) : empty();
  /** @type {Answer | null} */
  let answer = null;
  let asked = 0; // number of the latest question: an answer to an earlier one is dropped
  let timer = 0;
  let insists = false; // whether the fields that are needed say so

  /** @param {string} key @param {Record<string, string | number>} [values] */
  function phrase(key, values = {}) {
    const text = options.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /** @returns {Draft} */
  function empty() {
    return {
      fields: Object.fromEntries(fields.map((f) => [f.name, null])),
      filled: [],
      file: "",
      plan: null,
    };
  }

  // ---- elements

  /** @param {string} key @param {string} name @param {() => void} onclick */
  function button(key, name, onclick) {
    const node = element("button", `cf-button ${name}`, { type: "button" }, phrase(key));
    node.addEventListener("click", onclick);
    return node;
  }

  /** @type {Map<string, { box: HTMLElement, inputs: HTMLInputElement[], problem: HTMLElement, tag: HTMLElement }>} */
  const rows = new Map();

  /** @param {Field} f */
  function row(f) {
    const at = `${id}-${f.name}`;
    const choice = f.kind === "yes_no";
    const beside = choice || f.kind === "text"; // where the tag is; else it is below the unit
    const describedby = `${at}-hint ${at}-tag ${at}-problem`;
    const tag = element("small", "cf-tag", { id: `${at}-tag` });
    const label = choice
      ? element("span", "cf-label", { id: `${at}-label` }, f.label)
      : element("label", "cf-label", { for: at }, f.label);
    const hint = element("p", "cf-hint", { id: `${at}-hint` }, f.hint);
    const problem = element("p", "cf-problem", { id: `${at}-problem` });
    problem.hidden = true;
    /** @type {HTMLInputElement[]} */
    const inputs = [];
    const control = element("div", "cf-control");
    if (choice) {
      control.setAttribute("role", "radiogroup");
      control.setAttribute("aria-labelledby", `${at}-label`);
      control.setAttribute("aria-describedby", describedby);
      for (const value of ["yes", "no", "unknown"]) {
        const input = element("input", "", { type: "radio", name: at, value });
        input.addEventListener("change", () => typed(f.name, { yes: true, no: false }[value] ?? null));
        inputs.push(input);
        control.append(element("label", "cf-choice", {}, input, element("span", "", {}, phrase(value))));
      }
    } else {
      const input = element("input", "cf-input", {
        id: at,
        type: "text",
        autocomplete: "off",
        spellcheck: "false",
        "aria-describedby": describedby,
        inputmode: f.kind === "text" ? "text" : f.kind === "number" ? "decimal" : "numeric",
      });
      if (f.required) input.required = true;
      input.addEventListener("input", () => typed(f.name, input.value));
      inputs.push(input);
      control.append(input);
      const unit = element("span", "cf-unit", { "aria-hidden": "true" }, f.kind === "built" ? "" : f.unit);
      if (!beside) control.append(element("span", "cf-side", {}, unit, tag));
    }
    const head = element("div", "cf-head", {}, label, ...(beside ? [" ", tag] : []), hint);
    const box = element("div", `cf-field cf-${f.kind}`, { "data-field": f.name }, head, control, problem);
    rows.set(f.name, { box, inputs, problem, tag });
    return box;
  }

  const said = element("div", "cf-said", { role: "status" }); // of files and of starting again, at the top
  const why = element("div", "cf-said cf-why", { role: "status" }); // of filling and checking, beside its button
  const summary = element("p", "cf-summary", { role: "status" });
  const place = placeSection(id, {
    phrase,
    element,
    button,
    read: (text, name) =>
      question({ ...requestOfDraft(), fill: false, place_file: text, file_name: name }, true),
    remove: () => {
      draft.plan = null;
      void check();
    },
  });
  const file = element("input", "", { type: "file", accept: ".toml", tabindex: "-1", "aria-hidden": "true" });
  file.hidden = true;
  file.addEventListener("change", () => void openFile(file.files?.[0]));
  const rule = element(
    "details",
    "cf-rule",
    {},
    element("summary", "", {}, phrase("fill.rule")),
    element("p", "", {}, phrase("fill.hint")),
  );
  const form = element(
    "form",
    "cf",
    { novalidate: "", "aria-labelledby": `${id}-title`, lang: lang === "zh" ? "zh-CN" : "en" },
    element(
      "header",
      "cf-top",
      {},
      element("h2", "", { id: `${id}-title` }, phrase("title")),
      element("p", "cf-lead", {}, phrase("lead")),
      element(
        "div",
        "cf-tools",
        {},
        button("open", "", () => file.click()),
        button("again", "", startAgain),
        ...(options.more ? [leadTo(options.more, options.moreTitle ?? "")] : []),
      ),
      closer(),
    ),
    said,
    file,
    ...GROUPS.map((group) =>
      element(
        "fieldset",
        "cf-group",
        {},
        element("legend", "", {}, phrase(`group.${group}`)),
        element("div", "cf-fields", {}, ...fields.filter((f) => f.group === group).map(row)),
      ),
    ),
    place.box,
    rule,
    ...(options.more ? [options.more] : []),
    element(
      "footer",
      "cf-foot",
      {},
      why,
      summary,
      element(
        "div",
        "cf-actions",
        {},
        button("fill", "", () => void check(true)),
        button("save", "", () => void save()),
        button("use", "cf-first", () => void useIt()),
      ),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void check();
  });

  function closer() {
    const node = element("button", "cf-close", { type: "button", "aria-label": phrase("close") }, "×");
    node.addEventListener("click", close);
    return node;
  }

  /** @param {HTMLElement} part @param {string} title */
  function leadTo(part, title) {
    const node = element("button", "cf-button", { type: "button" }, title);
    node.addEventListener("click", () => {
      part.scrollIntoView({ block: "start" });
      /** @type {HTMLElement | null} */ (part.querySelector("[tabindex]"))?.focus({ preventScroll: true });
    });
    return node;
  }

  // ---- what is typed, and what is known of it

  /** @param {string} name @param {Typed} value */
  function typed(name, value) {
    draft.fields[name] = value;
    draft.filled = draft.filled.filter((other) => other !== name);
    showTag(name);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void check(), DELAY);
  }

  /**
   * Ask now, and show the answer; null if a later question has overtaken it, or nobody answers.
   * @param {boolean} [fill]
   */
  async function check(fill = false) {
    return question({ ...requestOfDraft(), fill }, fill);
  }

  function requestOfDraft() {
    return {
      fields: { ...draft.fields },
      filled: [...draft.filled],
      file: draft.file,
      plan: draft.plan,
    };
  }

  /** @param {Request} request @param {boolean} replace  whether the answer's fields are shown */
  async function question(request, replace) {
    window.clearTimeout(timer);
    const turn = ++asked;
    form.setAttribute("aria-busy", "true");
    /** @type {Answer} */
    let latest;
    try {
      latest = await ask(request);
    } catch {
      if (turn === asked) {
        form.removeAttribute("aria-busy");
        tell(why, phrase("failed"));
      }
      return null;
    }
    if (turn !== asked) return null;
    form.removeAttribute("aria-busy");
    if (latest.refused) {
      if ("place_file" in request) place.tell(latest.refused);
      else tell("open" in request ? said : why, latest.refused);
      return null;
    }
    answer = latest;
    if (replace) {
      draft = { ...draft, fields: { ...draft.fields, ...latest.fields }, filled: latest.filled };
      draft.plan = latest.plan ?? null;
      showDraft();
    }
    if (latest.from || why.textContent === phrase("failed")) tell(why, latest.from);
    show(latest);
    return latest;
  }

  // ---- showing

  function showDraft() {
    for (const f of fields) {
      const { inputs } = /** @type {NonNullable<ReturnType<typeof rows.get>>} */ (rows.get(f.name));
      const value = draft.fields[f.name] ?? null;
      if (f.kind === "yes_no") {
        const chosen = value === true ? "yes" : value === false ? "no" : "unknown";
        for (const input of inputs) input.checked = input.value === chosen;
      } else if (document.activeElement !== inputs[0] || inputs[0].value !== String(value ?? "")) {
        inputs[0].value = value === null ? "" : String(value);
      }
      showTag(f.name);
    }
  }

  /** @param {string} name */
  function showTag(name) {
    const f = fields.find((other) => other.name === name);
    const { box, tag } = /** @type {NonNullable<ReturnType<typeof rows.get>>} */ (rows.get(name));
    const assumed = draft.filled.includes(name);
    box.classList.toggle("cf-assumed", assumed);
    const blank = [null, "", undefined].includes(/** @type {any} */ (draft.fields[name]));
    tag.textContent = assumed ? phrase("assumed") : f?.required && blank ? phrase("required") : "";
  }

  /** @param {Answer} latest */
  function show(latest) {
    for (const f of fields) {
      const { box, inputs, problem } = /** @type {NonNullable<ReturnType<typeof rows.get>>} */ (
        rows.get(f.name)
      );
      const needed = insists && latest.missing.includes(f.name) ? phrase("required.now") : "";
      const text = latest.problems[f.name] ?? needed;
      if (problem.textContent !== text) problem.textContent = text;
      problem.hidden = !text;
      box.classList.toggle("cf-wrong", Boolean(text));
      const marked =
        f.kind === "yes_no" ? [/** @type {HTMLElement} */ (inputs[0].closest("[role=radiogroup]"))] : inputs;
      for (const node of marked)
        text ? node.setAttribute("aria-invalid", "true") : node.removeAttribute("aria-invalid");
      if (f.kind !== "yes_no") {
        const usual = latest.left_out[f.name];
        inputs[0].placeholder = usual === undefined ? "" : phrase("left_out", { n: number.format(usual) });
      }
    }
    if (latest.problems[""]) tell(why, latest.problems[""]);
    place.show(latest.plan);
    const wrong = Object.keys(latest.problems).filter(Boolean);
    const counts = Object.fromEntries(
      Object.entries(latest.counts).map(([name, n]) => [name, number.format(n)]),
    );
    const state = wrong.length
      ? phrase("summary.wrong", { n: wrong.length, fields: named(wrong) })
      : latest.missing.length
        ? phrase("summary.missing", { fields: named(latest.missing) })
        : latest.ready
          ? phrase("summary.ready")
          : "";
    const town = latest.counts.buildings ? phrase("summary.town", counts) : phrase("summary.empty");
    if (summary.dataset.text !== town + state) {
      summary.dataset.text = town + state;
      summary.replaceChildren(element("b", "", {}, town), " ", element("span", "", {}, state));
    }
    summary.classList.toggle("cf-ready", latest.ready);
    preview(latest.place);
  }

  /** @param {string[]} names */
  function named(names) {
    return list.format(fields.filter((f) => names.includes(f.name)).map((f) => f.label));
  }

  /** @param {HTMLElement} where @param {string} text @param {Node[]} more */
  function tell(where, text, ...more) {
    where.replaceChildren(...(text ? [element("p", "", {}, text)] : []), ...more);
  }

  // ---- buttons

  /** Return the answer to the draft as it stands, if it can be used; else show what is missing, and go there. */
  async function readyAnswer() {
    insists = true;
    const latest = await check();
    if (!latest || latest.ready) return latest;
    const first = fields.find((f) => f.name in latest.problems || latest.missing.includes(f.name));
    const target = first && rows.get(first.name);
    if (target) (target.inputs.find((input) => input.checked) ?? target.inputs[0]).focus();
    return null;
  }

  async function useIt() {
    const latest = await readyAnswer();
    if (latest) use(latest);
  }

  async function save() {
    const latest = await readyAnswer();
    if (!latest) return;
    const address = URL.createObjectURL(new Blob([latest.toml], { type: "application/toml" }));
    const link = element("a", "", { href: address, download: latest.file_name });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  /** @param {File | undefined} chosen */
  async function openFile(chosen) {
    file.value = ""; // so that the same file can be chosen again
    if (!chosen) return;
    const name = chosen.name;
    if (!/\.toml$/i.test(name)) return tell(said, phrase("open.kind", { name }));
    if (chosen.size > LARGEST) return tell(said, phrase("open.large", { name }));
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
    } catch {
      return tell(said, phrase("open.text", { name }));
    }
    const before = draft;
    draft = { ...empty(), file: text };
    const latest = await question({ open: text, file_name: name }, true);
    if (!latest) {
      draft = before;
      return;
    }
    insists = false;
    tell(why, "");
    const hidden = latest.hidden ? [element("p", "", {}, latest.hidden)] : [];
    tell(said, phrase("open.done", { title: latest.title }), ...hidden, takeBack(before));
  }

  function startAgain() {
    const before = draft;
    begin(empty());
    tell(why, "");
    tell(said, phrase("again.done"), takeBack(before));
    rows.get(fields[0].name)?.inputs[0].focus();
  }

  /** @param {Draft} before */
  function takeBack(before) {
    return button("back", "cf-quiet", () => {
      begin(before);
      tell(said, "");
    });
  }

  /** @param {Draft} next */
  function begin(next) {
    draft = next;
    insists = false;
    showDraft();
    void check();
  }

  root.replaceChildren(form);
  begin(draft);
  return {
    draft: () => structuredClone(draft),
    ready: readyAnswer,
    remove: () => {
      window.clearTimeout(timer);
      asked += 1;
      form.remove();
    },
  };
}
