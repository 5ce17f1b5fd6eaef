// @ts-check
// The part "A list of issues you have" of My community: a file, what was understood of it, which category is
// which, and the fit. It knows neither the form nor the server. What it knows of a list is in `Kept`, which
// outlives it, because a fit goes on while the form is closed.

import { drawOpenings } from "./issue_list_chart.js";
import { save } from "./export.js";

/**
 * @typedef {{ entry: string, value: string, text: string }} Said  an answer of the visitor
 * @typedef {{ name: string, count: number, ours: string, proposal: string, because: string }} Category
 * @typedef {object} Reading  what was understood, see `describe` in issue_list.py; or refused, or a question
 * @property {string} [refused]
 * @property {string} [question] @property {string} [entry] @property {{value: string, text: string}[]} [answers]
 * @property {number} rows @property {number} used @property {number} rejected
 * @property {{rows: number, why: string}[]} reasons
 * @property {{role: string, label: string, column: string}[]} columns
 * @property {string[]} header @property {string[]} sheets @property {string} sheet
 * @property {string} first @property {string} last @property {string} drawn
 * @property {number} closed @property {number} open @property {number | null} median
 * @property {import("./issue_list_chart.js").Openings} openings
 * @property {Category[]} categories @property {number} more @property {string[]} said
 * @typedef {{ verdict: string, says: string[], learned: string[], together: string[], unknown: string[], said: string[],
 *   toml: string, file_name: string, page: string }} Fit
 * @typedef {object} Kept
 * @property {File | null} file @property {string} lang  in which it was read
 * @property {Said[]} said
 * @property {Reading | null} reading
 * @property {Record<string, string>} chosen  category of the list -> of cogov
 * @property {string} wrong  why there is no list, or no fit
 * @property {{ running: boolean, done: number, of: number, result: Fit | null, note: string }} fit
 * @property {() => void} onChange  what to do when a fit goes on
 * @typedef {{ name: string, label: string, categories: { name: string, label: string }[] }} Family
 * @typedef {object} Options
 * @property {string} lang @property {Record<string, string>} words @property {Family[]} families
 * @property {Kept} kept
 * @property {(question: object, onPart?: (message: any) => void, bytes?: ArrayBuffer) => Promise<any>} ask
 * @property {(question: object) => void} tell  what has no answer
 * @property {() => Promise<string>} caseText  the case file of the form, "" if something is missing there
 * @property {(toml: string) => void} use  show a community
 */

const LARGEST = 20 * 1024 * 1024; // bytes of a file
const PART = 192 * 1024; // bytes that are sent at once
const KINDS = /\.(xlsx|xls|ods|csv|tsv|txt|html|htm)$/i;
const FEW = 6; // answers that are buttons; more are a list

/** @returns {Kept} */
export function nothingKept() {
  const fit = { running: false, done: 0, of: 0, result: null, note: "" };
  return {
    file: null,
    lang: "",
    said: [],
    reading: null,
    chosen: {},
    wrong: "",
    fit,
    onChange: () => {},
  };
}

let lists = 0; // for ids that differ

/**
 * Build the part into `root`.
 * @param {HTMLElement} root @param {Options} options
 * @returns {{ remove: () => void }}
 */
export function openIssueList(root, options) {
  const { lang, families, kept, ask, tell, caseText, use } = options;
  const id = `issue-list-${++lists}`;
  const number = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 1 });
  const labels = new Map(families.flatMap((f) => f.categories.map(({ name, label }) => [name, label])));
  for (const f of families) labels.set(f.name, phrase("family", { family: f.label }));
  let asked = 0; // number of the latest reading: what an earlier one answers is dropped
  let isOpen = true;

  /** @param {string} key @param {Record<string, string | number>} [values] */
  function phrase(key, values = {}) {
    const text = options.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /**
   * @template {keyof HTMLElementTagNameMap} K
   * @param {K} tag @param {string} [name] @param {Record<string, string>} [attributes]
   * @param {(Node | string)[]} inner
   * @returns {HTMLElementTagNameMap[K]}
   */
  function element(tag, name = "", attributes = {}, ...inner) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...inner);
    return node;
  }

  /** @param {string} text @param {string} name @param {() => void} onclick */
  function button(text, name, onclick) {
    const node = element("button", `cf-button ${name}`, { type: "button" }, text);
    node.addEventListener("click", onclick);
    return node;
  }

  // ---- the file

  const accept = ".xlsx,.xls,.ods,.csv,.tsv,.txt,.html,.htm";
  const input = element("input", "", { type: "file", accept, tabindex: "-1", "aria-hidden": "true" });
  input.hidden = true;
  input.addEventListener("change", () => {
    const chosen = input.files?.[0];
    input.value = ""; // so that the same file can be chosen again
    if (chosen) void take(chosen);
  });
  const state = element("p", "il-state", { role: "status", id: `${id}-state` });
  const wrong = element("p", "cf-problem", { role: "alert", id: `${id}-wrong` });
  const choose = button("", "il-choose", () => input.click());
  choose.setAttribute("aria-describedby", `${id}-hint ${id}-wrong`);
  const remove = button(phrase("remove"), "cf-quiet", () => {
    forget();
    choose.focus();
  });
  const zone = element(
    "div",
    "il-drop",
    {},
    choose,
    element("span", "cf-hint", { id: `${id}-hint` }, phrase("drop", { most: LARGEST / 1024 ** 2 })),
    remove,
    input,
  );
  for (const kind of ["dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("il-over", kind === "dragover");
      const dropped = /** @type {DragEvent} */ (event).dataTransfer?.files[0];
      if (kind === "drop" && dropped) void take(dropped);
    });
  const body = element("div", "il-body");
  const fitBox = element("div", "il-fit");
  const part = element(
    "section",
    "il cf-group",
    { "aria-labelledby": `${id}-title` },
    element("h3", "", { id: `${id}-title`, tabindex: "-1" }, phrase("title")),
    element("p", "cf-hint", {}, phrase("lead")),
    element("p", "cf-hint", {}, phrase("private")),
    zone,
    wrong,
    state,
    body,
    fitBox,
  );

  function forget() {
    asked += 1;
    tell({ kind: "list stop" });
    Object.assign(kept, { ...nothingKept(), onChange: kept.onChange });
    show();
  }

  /** @param {File} file */
  async function take(file) {
    forget();
    const { name, size } = file;
    if (!KINDS.test(name)) kept.wrong = phrase("kind", { name });
    else if (size > LARGEST) kept.wrong = phrase("large", { name, most: LARGEST / 1024 ** 2 });
    else if (!size) kept.wrong = phrase("empty", { name });
    else kept.file = file;
    show();
    if (kept.file) await read();
  }

  /** Send the file and what was said so far, and show what was understood. */
  async function read() {
    const { file } = kept,
      turn = ++asked;
    if (!file) return;
    kept.wrong = "";
    kept.fit.result = null;
    part.setAttribute("aria-busy", "true");
    try {
      for (let at = 0; at < file.size; at += PART) {
        state.textContent = phrase("sending", {
          name: file.name,
          share: Math.round((100 * at) / file.size),
        });
        const bytes = await file.slice(at, at + PART).arrayBuffer();
        if (turn !== asked) return;
        await ask({ kind: "list part", name: file.name, at, lang }, undefined, bytes);
        if (turn !== asked) return;
      }
      state.textContent = phrase("reading", { name: file.name });
      const answers = kept.said.map(({ entry, value }) => [entry, value]);
      const { answer } = await ask({ kind: "list read", name: file.name, answers, lang });
      if (turn !== asked) return;
      kept.lang = lang;
      kept.reading = answer.refused ? null : answer;
      kept.wrong = answer.refused
        ? `${answer.refused}${lang === "zh" ? "。" : ". "}${phrase("refused")}`
        : "";
    } catch (error) {
      if (turn !== asked) return;
      kept.wrong = String(/** @type {Error} */ (error).message || phrase("failed"));
    }
    part.removeAttribute("aria-busy");
    state.textContent = "";
    const focused = /** @type {ShadowRoot} */ (part.getRootNode()).activeElement,
      again = body.contains(focused) && focused?.id;
    show();
    const next = again ? `#${again}` : kept.reading?.question ? "button, select, input" : ".il-read";
    /** @type {HTMLElement | null} */ (body.querySelector(next))?.focus({
      preventScroll: next === ".il-read",
    });
  }

  /** @param {string} entry @param {string} value @param {string} text */
  function answer(entry, value, text) {
    const once = entry !== "open"; // of the others only the last counts
    kept.said = [...kept.said.filter((other) => !once || other.entry !== entry), { entry, value, text }];
    void read();
  }

  // ---- what was understood

  function show() {
    const { file, reading } = kept;
    wrong.textContent = kept.wrong;
    wrong.hidden = !kept.wrong;
    choose.textContent = phrase(file ? "another" : "choose");
    remove.hidden = !file;
    const answers = kept.said.filter(({ text }) => text);
    body.replaceChildren(
      ...(reading?.question ? [questionBox(reading)] : []),
      ...(reading && !reading.question ? understood(reading) : []),
      ...(answers.length ? [answersBox(answers)] : []),
    );
    showFit();
  }

  /** @param {Reading} reading */
  function questionBox({ question = "", entry = "", answers = [] }) {
    const box = element(
      "div",
      "il-question",
      { role: "group", "aria-labelledby": `${id}-question` },
      element("h4", "", {}, phrase("question")),
      element("p", "", { id: `${id}-question` }, question),
    );
    const about = `${question}${lang === "zh" ? "：" : ": "}`;
    if (answers.length && answers.length <= FEW) {
      const choices = answers.map(({ value, text }) =>
        button(text, "", () => answer(entry, value, about + text)),
      );
      box.append(element("div", "cf-tools", {}, ...choices));
      return box;
    }
    const field = answers.length
      ? element(
          "select",
          "cf-input",
          {},
          element("option", "", { value: "" }, phrase("question.choose")),
          ...answers.map(({ value, text }) => element("option", "", { value }, text)),
        )
      : element("input", "cf-input", { type: "text", autocomplete: "off" });
    field.setAttribute("aria-labelledby", `${id}-question`);
    const give = () => {
      const text = answers.find(({ value }) => value === field.value)?.text ?? field.value;
      if (field.value.trim()) answer(entry, field.value.trim(), about + text);
    };
    field.addEventListener("keydown", (event) => {
      if (/** @type {KeyboardEvent} */ (event).key !== "Enter" || answers.length) return;
      event.preventDefault();
      give();
    });
    box.append(element("div", "cf-tools", {}, field, button(phrase("answer"), "", give)));
    return box;
  }

  /** @param {Said[]} answers */
  function answersBox(answers) {
    const list = element("ul", "il-said");
    for (const said of answers)
      list.append(
        element(
          "li",
          "",
          {},
          said.text,
          " ",
          button(phrase("back"), "cf-quiet", () => {
            kept.said = kept.said.filter((other) => other !== said);
            void read();
          }),
        ),
      );
    return element("div", "", {}, element("h4", "", {}, phrase("answers")), list);
  }

  /** @param {Reading} reading @returns {HTMLElement[]} */
  function understood(reading) {
    const { first, last, drawn, median } = reading;
    const count = { rows: reading.rows, used: reading.used, rejected: reading.rejected };
    const half =
      median === null
        ? phrase("median.no")
        : phrase(median < 1 ? "median.0" : median === 1 ? "median.1" : "median.n", {
            n: number.format(median),
          });
    const closed = phrase("closed", {
      share: number.format(100 * reading.closed),
      drawn,
      open: number.format(reading.open),
    });
    return [
      element(
        "p",
        "il-read",
        { tabindex: "-1" },
        phrase("read", { name: kept.file?.name ?? "", ...formatted(count) }),
      ),
      ...(reading.reasons.length
        ? [
            element("h4", "", {}, phrase("reasons")),
            element(
              "ul",
              "",
              {},
              ...reading.reasons.map(({ rows, why }) =>
                element("li", "", {}, phrase("reason", { rows: number.format(rows), why })),
              ),
            ),
          ]
        : []),
      element(
        "p",
        "",
        {},
        `${phrase("when", { first, last })}${lang === "zh" ? "；" : "; "}${closed}${lang === "zh" ? "，" : ", "}${half}${lang === "zh" ? "。" : "."}`,
      ),
      drawOpenings(reading.openings, phrase),
      columnsBox(reading),
      ...(reading.said.length
        ? [
            element(
              "details",
              "",
              {},
              element("summary", "", {}, phrase("said")),
              element("ul", "", {}, ...reading.said.map((text) => element("li", "", {}, text))),
            ),
          ]
        : []),
      categoriesBox(reading),
    ];
  }

  /** @param {Record<string, number>} counts */
  const formatted = (counts) =>
    Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, number.format(n)]));

  /** What each column was taken for, which can be changed. @param {Reading} reading */
  function columnsBox(reading) {
    /** @param {string} label @param {string} entry @param {string} now @param {[string, string][]} choices */
    const row = (label, entry, now, choices) => {
      const at = `${id}-${entry}`,
        select = element("select", "cf-input", { id: at });
      for (const [value, text] of choices) select.append(element("option", "", { value }, text));
      select.value = now;
      select.addEventListener("change", () => answer(entry, select.value, ""));
      return element("div", "il-row", {}, element("label", "cf-label", { for: at }, label), select);
    };
    const box = element("div", "il-columns");
    for (const { role, label, column } of reading.columns) {
      const others = role === "status" ? [["none", phrase("column.none")]] : [];
      const names = [...new Set([...reading.header, ...(column ? [column] : [])])];
      const choices = [...others, ...names.map((name) => [name, name])];
      box.append(row(label, role, column || "none", /** @type {[string, string][]} */ (choices)));
    }
    if (reading.sheets.length > 1) {
      const auto = reading.sheet ? [] : [["", phrase("sheet.auto")]];
      const choices = [...auto, ...reading.sheets.map((name) => [name, name])];
      box.append(row(phrase("sheet"), "sheet", reading.sheet, /** @type {[string, string][]} */ (choices)));
    }
    const at = `${id}-drawn`,
      day = element("input", "cf-input", { id: at, type: "date", "aria-describedby": `${at}-hint` });
    day.value = reading.drawn;
    day.addEventListener("change", () => day.value && answer("drawn", day.value, ""));
    box.append(
      element("div", "il-row", {}, element("label", "cf-label", { for: at }, phrase("drawn")), day),
      element("p", "cf-hint", { id: `${at}-hint` }, phrase("drawn.hint")),
    );
    return element("div", "", {}, element("h4", "", {}, phrase("columns")), box);
  }

  // ---- which category is which

  /** @param {Category} category */
  const chosenOf = (category) => kept.chosen[category.name] ?? category.ours;
  /** @param {string} value */
  const labelOf = (value) =>
    labels.get(value) ??
    value
      .split("+")
      .map((name) => labels.get(name) ?? name)
      .join(" + ");

  /** @param {Reading} reading */
  function categoriesBox(reading) {
    const rows = element("tbody"),
      used = element("p", "il-used", { role: "status" }),
      all = button("", "", acceptAll);
    const waiting = () => reading.categories.filter((c) => c.proposal && !(c.name in kept.chosen) && !c.ours);

    function acceptAll() {
      for (const category of waiting()) kept.chosen[category.name] = category.proposal;
      redraw();
      /** @type {HTMLElement | null} */ (rows.querySelector("select"))?.focus();
    }
    function redraw() {
      rows.replaceChildren(...reading.categories.map((category, n) => categoryRow(category, n, redraw)));
      const n = waiting().length,
        inUse = reading.categories.filter(chosenOf);
      all.hidden = n === 0;
      all.textContent = phrase(n === 1 ? "accept.all.1" : "accept.all.n", { n });
      used.textContent = phrase("used", {
        n: inUse.length,
        of: reading.categories.length + reading.more,
        issues: number.format(inUse.reduce((sum, category) => sum + category.count, 0)),
        all: number.format(reading.used),
      });
      showFit();
    }
    redraw();
    const head = ["theirs", "count", "ours"].map((key) => element("th", "", { scope: "col" }, phrase(key)));
    return element(
      "div",
      "",
      {},
      element("h4", "", { id: `${id}-categories` }, phrase("categories")),
      element(
        "p",
        "cf-hint",
        {},
        phrase("categories.lead", { n: families.reduce((sum, f) => sum + f.categories.length, 0) }),
      ),
      all,
      element(
        "table",
        "il-table",
        { "aria-labelledby": `${id}-categories` },
        element("thead", "", {}, element("tr", "", {}, ...head)),
        rows,
      ),
      ...(reading.more ? [element("p", "cf-hint", {}, phrase("more", { n: reading.more }))] : []),
      used,
    );
  }

  /** @param {Category} category @param {number} n @param {() => void} redraw */
  function categoryRow(category, n, redraw) {
    const { name, proposal } = category,
      now = chosenOf(category),
      at = `${id}-category-${n}`;
    const select = element("select", "cf-input", { "aria-labelledby": at });
    select.append(element("option", "", { value: "" }, phrase("leave")));
    for (const value of new Set([now, proposal]))
      if (value.includes("+")) select.append(element("option", "", { value }, labelOf(value)));
    for (const family of families) {
      const group = element("optgroup", "", { label: family.label });
      group.append(element("option", "", { value: family.name }, labelOf(family.name)));
      for (const { name: ours, label } of family.categories)
        group.append(element("option", "", { value: ours }, label));
      select.append(group);
    }
    select.value = now;
    select.addEventListener("change", () => {
      kept.chosen[name] = select.value;
      redraw();
      /** @type {HTMLElement | null} */ (part.querySelector(`[aria-labelledby="${at}"]`))?.focus();
    });
    const cell = element("td", "", {}, select);
    if (proposal && !now && !(name in kept.chosen)) {
      const accept = button(phrase("accept"), "il-accept", () => {
        kept.chosen[name] = proposal;
        redraw();
        /** @type {HTMLElement | null} */ (part.querySelector(`[aria-labelledby="${at}"]`))?.focus();
      });
      accept.setAttribute("aria-label", phrase("accept.of", { name, ours: labelOf(proposal) }));
      const why = phrase("proposed", { ours: labelOf(proposal), why: category.because });
      cell.append(element("p", "il-proposal", {}, why, " ", accept));
    }
    return element(
      "tr",
      now ? "" : "il-left",
      {},
      element("th", "", { scope: "row", id: at }, name),
      element("td", "il-count", {}, number.format(category.count)),
      cell,
    );
  }

  // ---- the fit

  async function start() {
    const { fit, reading } = kept;
    if (!reading?.categories?.some(chosenOf)) {
      fit.note = phrase("fit.none");
      return showFit();
    }
    const toml = await caseText();
    if (!toml) {
      fit.note = phrase("fit.missing");
      return showFit();
    }
    Object.assign(fit, { running: true, done: 0, of: 0, result: null, note: "" });
    kept.onChange();
    const categories = Object.fromEntries(reading.categories.map((c) => [c.name, chosenOf(c)]));
    try {
      const { answer: result } = await ask({ kind: "list fit", toml, categories, lang }, ({ done, of }) => {
        Object.assign(fit, { done, of });
        kept.onChange();
      });
      fit.result = result ?? null;
      fit.note = result ? "" : phrase("fit.stopped");
    } catch (error) {
      fit.note = String(/** @type {Error} */ (error).message || phrase("failed"));
    }
    fit.running = false;
    kept.onChange();
  }

  function showFit() {
    const { fit, reading } = kept;
    if (!reading || reading.question) return fitBox.replaceChildren();
    const bar = fitBox.querySelector("progress");
    if (fit.running && bar) return showProgress(bar); // the focus stays on Cancel
    const startButton = button(
      phrase(fit.result ? "fit.again" : "fit.start"),
      "cf-first",
      () => void start(),
    );
    const stopButton = button(phrase("fit.stop"), "", () => tell({ kind: "list stop" }));
    const hadFocus = fitBox.contains(/** @type {ShadowRoot} */ (fitBox.getRootNode()).activeElement);
    fitBox.replaceChildren(
      element("h4", "", {}, phrase("fit")),
      element("p", "cf-hint", {}, phrase("fit.lead")),
      ...(fit.running
        ? [
            element("progress", "", { "aria-label": phrase("fit.bar") }),
            element("p", "il-progress", { role: "status" }),
            element("div", "cf-tools", {}, stopButton),
          ]
        : [element("div", "cf-tools", {}, startButton)]),
      element("p", "cf-problem", { role: "alert" }, fit.note),
      ...(fit.result ? resultBox(fit.result) : []),
    );
    /** @type {HTMLElement} */ (fitBox.querySelector(".cf-problem")).hidden = !fit.note;
    const begun = fitBox.querySelector("progress");
    if (begun) showProgress(begun);
    const target = fitBox.querySelector("h5") ?? fitBox.querySelector("button");
    if (hadFocus) /** @type {HTMLElement | null} */ (target)?.focus({ preventScroll: true });
    if (hadFocus && fit.result) target?.scrollIntoView({ block: "start" }); // what is below is covered by the form's foot
  }

  /** @param {HTMLProgressElement} bar */
  function showProgress(bar) {
    const { done, of } = kept.fit,
      text = /** @type {HTMLElement} */ (fitBox.querySelector(".il-progress"));
    if (of) bar.value = done / of;
    const said = done ? phrase("fit.done", { done, of }) : phrase("fit.waits");
    if (!done || done === of || done % 20 === 0 || !text.textContent) text.textContent = said; // not each one aloud
  }

  /** @param {Fit} result */
  function resultBox({ verdict, says, learned, together, unknown, said, toml, file_name, page }) {
    /** @param {string[]} texts */
    const list = (texts) => element("ul", "", {}, ...texts.map((text) => element("li", "", {}, text)));
    const box = element(
      "div",
      "il-result",
      { role: "group", "aria-label": phrase("fit") },
      element("h5", "", { tabindex: "-1" }, phrase(`fit.${verdict}`)),
      ...says.map((text) => element("p", "", {}, text)),
      element("h6", "", {}, phrase("fit.learned")),
      learned.length ? list(learned) : element("p", "", {}, phrase("fit.learned.none")),
    );
    if (together.length) box.append(element("h6", "", {}, phrase("fit.together")), list(together));
    if (unknown.length) box.append(element("h6", "", {}, phrase("fit.unknown")), list(unknown));
    if (said.length) box.append(element("h6", "", {}, phrase("fit.said")), list(said));
    const tools = element("div", "cf-tools");
    if (toml)
      tools.append(
        button(phrase("fit.use"), verdict === "harm" ? "" : "cf-first", () => use(toml)),
        button(phrase("fit.save"), "", () => save(file_name, new Blob([toml], { type: "application/toml" }))),
      );
    tools.append(
      button(phrase("fit.page"), "", () =>
        save(file_name.replace(/toml$/, "html"), new Blob([page], { type: "text/html" })),
      ),
    );
    box.append(tools);
    return [box];
  }

  root.replaceChildren(part);
  kept.onChange = () => isOpen && showFit();
  show();
  if (kept.file && kept.lang && kept.lang !== lang) void read(); // in the other language
  return {
    remove: () => {
      isOpen = false;
      asked += 1;
      part.remove();
    },
  };
}
